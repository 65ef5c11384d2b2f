# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Counts the outputs of `jool session display --numeric --csv` that it is given:
#   mawk -F, -v top=10 -f count.awk tcp.csv udp.csv icmp.csv
# Each address is cut to its /64 once, at the end: that is quicker than to cut it in each row.

FNR > 1 {
    protocol[$1]++
    pool4[$6]++
    client[$2]++
    if (NF > 10)
        state[$11]++
}

# The first four groups of an address, all written out.
function network(address,    gap, front, back, written, missing, parts) {
    gap = index(address, "::")
    if (gap) {
        front = substr(address, 1, gap - 1)
        back = substr(address, gap + 2)
        written = split(front, parts, ":")
        missing = 8 - written - split(back, parts, ":")
        for (; missing > 0 && written < 4; missing--) {
            front = front (written ? ":" : "") "0"
            written++
        }
        address = front ":" back
    }
    split(address, parts, ":")
    return parts[1] ":" parts[2] ":" parts[3] ":" parts[4]
}

# As inet_ntop writes it: zeros at the end are left out, since the half after them is zero too.
function prefix(groups) {
    while (sub(/:0$/, "", groups))
        ;
    return groups "::/64"
}

# Whether the first of two prefixes has the lower number. "" makes text of groups like 1e2, which look like numbers.
function lower(one, other,    place, parts, others) {
    split(one, parts, ":")
    split(other, others, ":")
    for (place = 1; place < 4 && parts[place] "" == others[place] ""; place++)
        ;
    return substr("000" parts[place], length(parts[place])) < substr("000" others[place], length(others[place]))
}

END {
    for (key in protocol)
        print "protocol", key, protocol[key]
    for (key in state)
        print "state", key, state[key]
    for (key in pool4)
        print "pool4", key, pool4[key]
    for (key in client)
        sessions[network(key)] += client[key]
    for (place = 1; place <= top; place++) {
        most = 0
        for (key in sessions) {
            if (sessions[key] > most || (sessions[key] == most && lower(key, best))) {
                most = sessions[key]
                best = key
            }
        }
        if (most == 0)
            break
        print "client", prefix(best), most
        delete sessions[best]
    }
}
