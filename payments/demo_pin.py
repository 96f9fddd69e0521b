"""The PIN of the demo's people, in a module that `./wallet run` can read before the site is loaded."""

PIN = "246810"
