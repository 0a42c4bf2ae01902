group "default" {
  targets = ["auth", "api-gateway", "file-storage", "notification"]
}

target "auth" {
  context    = "."
  dockerfile = "services/auth/service.toml"
  tags       = ["erp/auth"]
}

target "api-gateway" {
  context    = "."
  dockerfile = "services/api-gateway/service.toml"
  tags       = ["erp/api-gateway"]
}

target "file-storage" {
  context    = "."
  dockerfile = "services/file-storage/service.toml"
  tags       = ["erp/file-storage"]
}

target "notification" {
  context    = "."
  dockerfile = "services/notification/service.toml"
  tags       = ["erp/notification"]
}
