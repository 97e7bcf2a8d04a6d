"""When stages run and where their artifacts are kept; knows no stage by name."""
