"""What every request over HTTP meets: limits, keys, problems, state, metrics and the OpenAPI document."""
