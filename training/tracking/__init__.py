"""The only place, besides the pyfunc files, that talks to MLflow."""
