"""The models that a user owns: named files in one folder, each complete in itself."""
