"""What writing keeps to: a file for each constraint, and the list that puts them in order."""
