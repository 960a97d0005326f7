"""200 small detection sets that this script and `tests/it/detection_parity.rs` both make, number for number.

A linear congruential generator and whole numbers only; coordinates are quarters of a pixel and so exact. Five kinds in
turn: plain; few different scores; crowded films; many empty films and classes without truths; over 100 boxes of a class
on a film.
"""


class Dice:
    def __init__(self, seed):
        self.state = seed

    def roll(self, sides):
        """A whole number under `sides`."""
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        return (self.state >> 33) % sides


PLAIN, TIES, CROWDED, SPARSE, MANY = range(5)
NUM_SETS = 200


def make(index):
    """Number of classes, and for each film its truths (class, box) and detections (class, box, score), both as listed.

    A box is x, y, width, height in quarters of a pixel, a score is in thousandths.
    """
    dice, kind = Dice(index * 2654435761 + 12345), index % 5
    num_classes = 1 + dice.roll(5)
    films = []
    for film in range(3 if kind == MANY else 6 + dice.roll(24)):
        place = (lambda: [100 + dice.roll(12), 100 + dice.roll(12), 40 + dice.roll(16), 40 + dice.roll(16)]) \
            if kind == CROWDED else (lambda: [dice.roll(400), dice.roll(400), 20 + dice.roll(80), 20 + dice.roll(80)])
        score = (lambda: 125 * (1 + dice.roll(7))) if kind == TIES else (lambda: 1 + dice.roll(999))
        is_empty = kind == SPARSE and dice.roll(3) > 0
        # In sparse sets only the even classes have truths.
        known = (lambda: dice.roll(num_classes) // 2 * 2) if kind == SPARSE else (lambda: dice.roll(num_classes))
        truths = [] if is_empty else [(known(), place()) for _ in range(dice.roll(16 if kind == CROWDED else 6))]
        detections = []
        for number, box in truths:
            if dice.roll(4) == 0:
                continue
            number = number if dice.roll(8) else dice.roll(num_classes)
            moved = [box[0] + dice.roll(17), box[1] + dice.roll(17), box[2] + dice.roll(9), box[3] + dice.roll(9)]
            detections.append((number, moved, score()))
        for _ in range(130 + dice.roll(100) if kind == MANY and film == 1 else dice.roll(10)):
            number = dice.roll(num_classes) if kind != MANY or dice.roll(6) == 0 else 0
            near = truths[dice.roll(len(truths))][1] if truths and dice.roll(3) == 0 else place()
            detections.append((number, [near[0] + dice.roll(3), near[1] + dice.roll(3), near[2], near[3]], score()))
        films.append((truths, detections))
    return num_classes, films
