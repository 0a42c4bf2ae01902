# The bridge of a private engine: addresses, forwarding, masquerade, name server. The engine itself is told to
# leave the firewall alone (iptables: false), so that it cannot disturb a user's. Sourced, not run.
# shellcheck shell=bash

# Prints the first /24 of 172.29.0.0/16 that no route of the machine but the default one covers.
free_subnet() {
  local n
  for n in $(seq 0 255); do
    if ! ip -4 route show match "172.29.$n.1" | grep -qv '^default'; then
      echo "172.29.$n"
      return
    fi
  done
  die "no free network in 172.29.0.0/16 for the engine's bridge"
}

# Prints the largest packet in bytes that the way to the internet takes; the usual one where there is none.
mtu_outside() {
  local link
  link=$(ip -4 route show default | sed -n 's/.* dev \([^ ]*\).*/\1/p' | head -n 1)
  cat "/sys/class/net/$link/mtu" 2>/dev/null || echo 1500
}

# Sets up the network and MTU, the largest packet in it.
network_up() {
  local subnet n
  network_down
  subnet=$(free_subnet)
  MTU=$(mtu_outside)
  n=${subnet##*.}
  # With an address of its own, which it keeps: a bridge without one takes the lowest of its ports, and so another
  # one as containers come and go, whereupon those that stay send to the old one until they ask again.
  ip link add name "$BRIDGE" address "$(printf '02:56:58:00:00:%02x' "$n")" mtu "$MTU" type bridge ||
    die "cannot add a bridge: the capability NET_ADMIN is missing"
  ip address add "$subnet.1/24" dev "$BRIDGE"
  ip link set "$BRIDGE" up
  rule() { iptables -w "$@" -m comment --comment "$RULE_TAG"; }
  rule -t nat -A POSTROUTING -s "$subnet.0/24" ! -o "$BRIDGE" -j MASQUERADE
  # First in their chain: a user's engine sets the policy DROP and puts its own rules there.
  rule -I FORWARD -i "$BRIDGE" -j ACCEPT
  rule -I FORWARD -o "$BRIDGE" -j ACCEPT
  if [ "$(cat /proc/sys/net/ipv4/ip_forward)" = 0 ]; then
    echo 1 >/proc/sys/net/ipv4/ip_forward || die "cannot switch net.ipv4.ip_forward on"
    touch "$RUN_ROOT/ip_forward.off"
  fi
  name_server_up "$subnet.1"
}

# Starts the engine's name server, which keeps the answers of the machine's own, and sets NAME_SERVER.
#
# Each connection to a registry asks for the same name: a dozen installs at once ask hundreds of times
# in seconds, of which a machine's resolver may answer a few and have the rest wait.
name_server_up() {
  NAME_SERVER=$1
  dnsmasq --conf-file=/dev/null --pid-file="$NAME_SERVER_PID_FILE" --user=root --no-hosts \
    --bind-interfaces --listen-address="$NAME_SERVER" \
    --cache-size=10000 --min-cache-ttl=3600 --neg-ttl=3600 --dns-forward-max=1000 ||
    die "the engine's name server does not start on $NAME_SERVER"
}

name_server_down() {
  local pid
  pid=$(cat "$NAME_SERVER_PID_FILE" 2>/dev/null) || return 0
  # The file may be a killed engine's, and the id another process's by now.
  if tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF -- "--pid-file=$NAME_SERVER_PID_FILE"; then
    kill "$pid" 2>/dev/null || true
  fi
  rm -f "$NAME_SERVER_PID_FILE"
}

# Removes the bridge and the rules, also those of an engine that was killed.
network_down() {
  local table rule
  name_server_down
  for table in nat filter; do
    iptables -w -t $table -S 2>/dev/null | grep -F -- "--comment \"$RULE_TAG\"" | sed 's/^-A/-D/' |
      while read -r rule; do
        eval "iptables -w -t $table $rule"
      done || true
  done
  if ip link show "$BRIDGE" >/dev/null 2>&1; then ip link delete "$BRIDGE"; fi
}

# Puts net.ipv4.ip_forward back when the last engine is gone and it was off before the first came.
forwarding_restore() {
  [ -e "$RUN_ROOT/ip_forward.off" ] || return 0
  if ! compgen -G "$RUN_ROOT/*/docker.pid" >/dev/null; then
    echo 0 >/proc/sys/net/ipv4/ip_forward
    rm -f "$RUN_ROOT/ip_forward.off"
  fi
}
