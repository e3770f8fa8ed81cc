"""Never comes to an end."""

from right import Right


class RMSProp(Right):
    def strike(self):
        while True:
            self.average.get(0)
