"""How far the model can be trusted: targets, validation, calibration and what each parameter does to the headline."""
