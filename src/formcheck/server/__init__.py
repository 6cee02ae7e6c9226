"""What the local pages share: who may ask, how answers are made, work in the background, and the look of it all."""
