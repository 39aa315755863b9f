"""The register for programs: ``/api/v1/``, read-only, for everybody, without cookies."""
