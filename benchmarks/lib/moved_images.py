"""Training on images that are moved a little at every step: augmentation, named as such."""

from __future__ import annotations

from dataclasses import dataclass, field

import jax
import jax.numpy as jnp

from skautoencoder.objectives import Objective

SIDE = 28
_STATIC = {"static": True}


@dataclass(frozen=True)
class MovedImages(Objective):
    """Rebuild images of 28 x 28 pixels that were moved, from what is left of them.

    Parameters
    ----------
    shift : int
        Whole pixels up or down, and left or right, at most.
    flipped : bool
        Whether each is one of the eight ways that a square can be turned and mirrored.
    bent : float
        Share of the images that are turned by up to 7 degrees, stretched and sheared by up to
        8 %, and bent by half a pixel: a smooth field through 5 x 5 random arrows.
    mixed : float
        Share of the images that are mixed with another one.
    dropped : float
        Share of the pixels that the encoder does not see.
    """

    shift: int = field(default=0, metadata=_STATIC)
    flipped: bool = field(default=False, metadata=_STATIC)
    bent: float = field(default=0.0, metadata=_STATIC)
    mixed: float = field(default=0.0, metadata=_STATIC)
    dropped: float = field(default=0.0, metadata=_STATIC)

    def loss(self, model, params, x, step):
        """Each moved image's error."""
        images = (x * model.scale + model.mean).reshape(-1, SIDE, SIDE)
        keys = jax.random.split(step.key, 7)  # each serves once
        if self.flipped:
            images = flipped(images, keys[0])
        if self.shift:
            images = shifted(images, keys[1], self.shift)
        if self.bent:
            images = some(self.bent, bent(images, keys[2]), images, keys[5])
        if self.mixed:
            images = some(self.mixed, mixed(images, keys[3]), images, keys[6])
        x = (images.reshape(x.shape) - model.mean) / model.scale
        seen = jax.random.uniform(keys[4], x.shape) >= self.dropped if self.dropped else 1
        return model.error(x, model.decode(params, model.encode(params, x * seen)))


def some(share, changed, images, key):
    """So large a share of the images changed, the others as they were."""
    return jnp.where(jax.random.uniform(key, (len(images), 1, 1)) < share, changed, images)


def flipped(images, key):
    """Each image in one of eight ways."""
    up, left, across = jax.random.randint(key, (3, len(images), 1, 1), 0, 2)
    images = jnp.where(up, images[:, ::-1], images)
    images = jnp.where(left, images[:, :, ::-1], images)
    return jnp.where(across, images.transpose(0, 2, 1), images)


def shifted(images, key, most):
    """Each image moved by whole pixels; what leaves on one side comes in on the other."""
    moves = jax.random.randint(key, (len(images), 2), -most, most + 1)
    return jax.vmap(lambda image, move: jnp.roll(image, move, (0, 1)))(images, moves)


def mixed(images, key):
    """Each image with a share of another one, which may be itself."""
    how_much, with_which = jax.random.split(key)
    share = jax.random.uniform(how_much, (len(images), 1, 1))
    return share * images + (1 - share) * jax.random.permutation(with_which, images)


def bent(images, key, angle=0.12, stretch=0.08, arrows=0.5):
    """Each image turned, stretched, sheared and bent, between its pixels linearly."""
    turn, pull, field_of_arrows = jax.random.split(key, 3)
    n, centre = len(images), (SIDE - 1) / 2
    line = jnp.arange(SIDE) - centre
    places = jnp.stack(jnp.meshgrid(line, line, indexing="ij"), -1).reshape(-1, 2)
    radians = angle * jax.random.uniform(turn, (n,), minval=-1, maxval=1)
    cos, sin = jnp.cos(radians), jnp.sin(radians)
    turned = jnp.stack([jnp.stack([cos, -sin], -1), jnp.stack([sin, cos], -1)], -2)
    pulled = jnp.eye(2) + stretch * jax.random.uniform(pull, (n, 2, 2), minval=-1, maxval=1)
    knots = jnp.linspace(0, SIDE - 1, 5)
    hats = jnp.maximum(0, 1 - jnp.abs(jnp.arange(SIDE)[:, None] - knots) / knots[1])
    random = arrows * jax.random.normal(field_of_arrows, (n, 5, 5, 2))
    bends = jnp.einsum("ia,nabd,jb->nijd", hats, random, hats).reshape(n, -1, 2)
    return between_pixels(images, places @ (pulled @ turned) + bends + centre)


def between_pixels(images, places):
    """The values of images at places of shape (n_images, n_pixels, 2); black outside."""
    corner = jnp.floor(places)
    share = places - corner
    framed = jnp.pad(images, ((0, 0), (1, 1), (1, 1))).reshape(len(images), -1)
    values = jnp.zeros(places.shape[:2])
    for down in (0, 1):
        for right in (0, 1):
            at = jnp.clip(corner + jnp.array([down, right]), -1, SIDE).astype(jnp.int32) + 1
            weight = jnp.prod(jnp.where(jnp.array([down, right]), share, 1 - share), -1)
            pixel = at[..., 0] * (SIDE + 2) + at[..., 1]
            values += weight * jnp.take_along_axis(framed, pixel, 1)
    return values.reshape(images.shape)
