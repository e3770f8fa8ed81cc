module rmsprop

go 1.21
