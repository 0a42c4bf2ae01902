# The stand-in for the unprivileged nginx image, from Debian's nginx. Sourced by bases.sh, not run.
# shellcheck shell=bash

NGINX=nginxinc/nginx-unprivileged

# Prints the names of one of its variants: the slim one has busybox, that of Debian has curl. nginx_names VARIANT
nginx_names() {
  case $1 in
    slim) echo "$NGINX:stable-alpine-slim $NGINX:stable-alpine" ;;
    debian) echo "$NGINX:stable-bookworm $NGINX:stable" ;;
  esac
}

# nginx VARIANT
nginx() {
  local name work root config packages=curl
  name=nginx_$1-$(layer_key nginx "$1" "$DEBIAN")
  [ "$1" = debian ] || packages=busybox
  if ! has_layer "$name"; then
    log "assembling nginx ($1) on Debian $DEBIAN"
    work=$(mktemp -d "$STATE/root.XXXXXX")
    root=$work/root
    mkdir "$root"
    debian_fetch "$DEBIAN" "$work" base-files libc6 dash coreutils sed grep findutils ca-certificates nginx "$packages"
    rm -f "$work"/{perl-base,debconf,openssl,iproute2,dpkg,tar}_*.deb
    debian_unpack "$work" "$root"
    ln -sf dash "$root/bin/sh"
    [ "$1" = debian ] || ln -sf busybox "$root/bin/wget"
    nginx_files "$root"
    authorities "$root"
    layer "$name" "$root"
    rm -rf "$work"
  fi
  config='"User":"101","ExposedPorts":{"8080/tcp":{}},"StopSignal":"SIGQUIT","WorkingDir":"/",'
  config+='"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],'
  config+='"Entrypoint":["/docker-entrypoint.sh"],"Cmd":["nginx","-g","daemon off;"]'
  load_image "$(nginx_names "$1")" "Stand-in for unprivileged nginx ($1)" "$config" "$name"
}

# The configuration of the real image, as far as a site relies on it: port 8080, files in
# /usr/share/nginx/html, servers in conf.d, nothing written but in /tmp. nginx_files ROOT
nginx_files() {
  rm -rf "$1"/etc/nginx/{sites-*,modules-enabled,conf.d} "$1"/usr/share/nginx/{html,modules*} "$1/var/www"
  mkdir -p "$1"/etc/nginx/conf.d "$1"/usr/share/nginx/html "$1"/docker-entrypoint.d "$1/var/log/nginx"
  echo 'nginx:x:101:101:nginx:/nonexistent:/bin/false' >"$1/etc/passwd"
  echo 'nginx:x:101:' >"$1/etc/group"
  sed -i '1i root:x:0:0:root:/root:/bin/sh' "$1/etc/passwd"
  sed -i '1i root:x:0:' "$1/etc/group"
  ln -sf /dev/stdout "$1/var/log/nginx/access.log"
  ln -sf /dev/stderr "$1/var/log/nginx/error.log"
  echo '<!doctype html><title>nginx</title><h1>Welcome to nginx!</h1>' >"$1/usr/share/nginx/html/index.html"
  cat >"$1/etc/nginx/nginx.conf" <<'CONF'
worker_processes auto;
error_log /var/log/nginx/error.log notice;
pid /tmp/nginx.pid;
events {
    worker_connections 1024;
}
http {
    proxy_temp_path /tmp/proxy_temp;
    client_body_temp_path /tmp/client_temp;
    fastcgi_temp_path /tmp/fastcgi_temp;
    uwsgi_temp_path /tmp/uwsgi_temp;
    scgi_temp_path /tmp/scgi_temp;
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    access_log /var/log/nginx/access.log;
    sendfile on;
    keepalive_timeout 65;
    include /etc/nginx/conf.d/*.conf;
}
CONF
  cat >"$1/etc/nginx/conf.d/default.conf" <<'CONF'
server {
    listen 8080;
    server_name localhost;
    location / {
        root /usr/share/nginx/html;
        index index.html index.htm;
    }
}
CONF
  cat >"$1/docker-entrypoint.sh" <<'SH'
#!/bin/sh
set -e
for script in /docker-entrypoint.d/*.sh; do
  if [ -x "$script" ]; then "$script"; fi
done
exec "$@"
SH
  chmod 755 "$1/docker-entrypoint.sh"
}
