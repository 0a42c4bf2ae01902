group "default" {
  targets = ["service"]
}

# `docker buildx bake` builds every service, `docker buildx bake NAME` one.
target "service" {
  name = service
  matrix = {
    service = [
      "api-gateway",
      "audit",
      "auth",
      "configuration",
      "document-generator",
      "file-storage",
      "finance",
      "import-export",
      "master-data",
      "notification",
      "organization",
      "portal",
      "rules-engine",
      "scheduler",
      "workflow",
    ]
  }
  context    = "."
  dockerfile = "services/${service}/service.toml"
  tags       = ["erp/${service}"]
}
