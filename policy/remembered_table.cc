#include "policy/remembered_table.h"

#include <algorithm>
#include <utility>

namespace tlswarden {

RememberedTable::RememberedTable(std::vector<RememberedDomain> domains, std::size_t most) {
  std::erase_if(domains,
                [](const RememberedDomain& each) { return each.tls.level == TlsLevel::kMay; });
  if (domains.size() > most) {
    std::nth_element(domains.begin(), domains.begin() + static_cast<std::ptrdiff_t>(most),
                     domains.end(), [](const RememberedDomain& a, const RememberedDomain& b) {
                       return a.tls.last > b.tls.last;
                     });
    domains.resize(most);
  }
  domains_.reserve(domains.size());
  for (RememberedDomain& each : domains) {
    domains_.insert_or_assign(std::move(each.domain.ascii), std::move(each.tls));
  }
}

const RememberedTls* RememberedTable::Find(const Domain& domain, Time now) const {
  const auto it = domains_.find(domain.ascii);
  return it == domains_.end() || !StandsAt(it->second, now) ? nullptr : &it->second;
}

const RememberedTls* RememberedTable::Find(const NextHop& next_hop, Time now) const {
  if (next_hop.bracketed || next_hop.address_literal || next_hop.port != kSmtpPort) return nullptr;
  return Find(next_hop.domain, now);
}

std::shared_ptr<const RememberedTable> RememberedTable::Without(const Domain& domain) const {
  auto without = std::make_shared<RememberedTable>(*this);
  without->domains_.erase(domain.ascii);
  return without;
}

std::vector<RememberedDomain> RememberedTable::Gone(Time now) const {
  std::vector<RememberedDomain> gone;
  for (const auto& [domain, tls] : domains_) {
    if (tls.gone_since && StandsAt(tls, now)) gone.push_back({{domain}, tls});
  }
  std::sort(gone.begin(), gone.end(), [](const RememberedDomain& a, const RememberedDomain& b) {
    return a.domain < b.domain;
  });
  return gone;
}

std::string DescribeGone(const RememberedDomain& gone) {
  std::string text = gone.domain.ascii + ": " + Describe(gone.tls);
  if (gone.tls.gone_since) text += ", missing since " + DayText(*gone.tls.gone_since);
  return text + "; if it gave TLS up, " + CommandThatLetsGo(gone.domain) + " lets it go";
}

}  // namespace tlswarden
