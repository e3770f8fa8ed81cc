module guest

go 1.20

require gorgonia.org/gorgonia v0.9.18
