"""The twin of `Chance` (src/engine/train/mod.rs) and of the balanced sample (src/engine/train/losses/matching.rs)."""
import torch

_MASK = (1 << 128) - 1


class Chance:
    """PCG XSL RR 128/64 (O'Neill 2014), started as the crate rand_pcg starts it."""

    def __init__(self, seed, purpose, step):
        self.increment = (purpose << 1 | 1) & _MASK
        self.state = ((seed << 64 | step) + self.increment) & _MASK
        self._advance()

    def _advance(self):
        self.state = (self.state * 0x2360ED051FC65DA44385DF649FCCF645 + self.increment) & _MASK

    def next_u64(self):
        self._advance()
        turn = self.state >> 122
        low = (self.state >> 64 ^ self.state) & 0xFFFFFFFFFFFFFFFF
        return (low >> turn | low << (64 - turn)) & 0xFFFFFFFFFFFFFFFF

    def below(self, bound):
        return self.next_u64() * bound >> 64

    def drawn(self, count, length):
        """The first `count` places of a shuffled list, rising."""
        places = list(range(length))
        for first in range(count):
            other = first + self.below(length - first)
            places[first], places[other] = places[other], places[first]
        return sorted(places[:count])


class Sampler:
    """Stands for torchvision's BalancedPositiveNegativeSampler."""

    # How many candidates the last call did not choose.
    fewest_left_out = 0

    def __init__(self, chance, count, share):
        self.chance, self.count, self.share = chance, count, share

    def some_of(self, places, count):
        if count == len(places):
            return places
        return places[torch.tensor(self.chance.drawn(count, len(places)), dtype=torch.int64)]

    def __call__(self, labels):
        masks = ([], [])
        left_out = 0
        for of_film in labels:
            positive, negative = torch.where(of_film >= 1)[0], torch.where(of_film == 0)[0]
            num_positive = min(int(self.count * self.share), len(positive))
            num_negative = min(self.count - num_positive, len(negative))
            left_out += len(positive) - num_positive + len(negative) - num_negative
            for mask, places, count in zip(masks, (positive, negative), (num_positive, num_negative)):
                chosen = torch.zeros_like(of_film, dtype=torch.uint8)
                chosen[self.some_of(places, count)] = 1
                mask.append(chosen)
        Sampler.fewest_left_out = left_out
        return masks
