#include "tests/scenarios/dns_line.h"

#include <boost/algorithm/hex.hpp>
#include <boost/algorithm/string.hpp>
#include <iterator>
#include <sstream>

namespace tlswarden {
namespace {

// "3 1 1 ab*32": the octet ab thirty-two times.
TlsaRecord ParseTlsa(const std::string& text) {
  std::istringstream in(text);
  int usage = 0, selector = 0, matching = 0;
  std::string data;
  in >> usage >> selector >> matching >> data;
  TlsaRecord record{static_cast<std::uint8_t>(usage),
                    static_cast<std::uint8_t>(selector),
                    static_cast<std::uint8_t>(matching),
                    {}};
  const std::size_t star = data.find('*');
  boost::algorithm::unhex(data.substr(0, star), std::back_inserter(record.data));
  if (star != std::string::npos && !record.data.empty()) {
    const std::uint8_t octet = record.data.front();
    record.data.assign(std::stoul(data.substr(star + 1)), octet);
  }
  return record;
}

void AddRecord(const std::string& type, std::string text, DnsReply& reply) {
  boost::algorithm::trim(text);
  if (type == "A" || type == "AAAA") reply.addresses.push_back(text);
  if (type == "TXT") reply.txt.push_back(text);
  if (type == "TLSA") reply.tlsa.push_back(ParseTlsa(text));
  if (type != "MX") return;
  std::istringstream in(text);
  MxRecord mx;
  in >> mx.preference >> mx.exchange;
  if (mx.exchange == ".") mx.exchange.clear();
  reply.mx.push_back(mx);
}

bool ReadStatus(const std::string& status, DnsReply& reply) {
  reply.rcode = Rcode::kNoError;
  if (status == "secure") {
    reply.security = Security::kSecure;
  } else if (status == "insecure") {
    reply.security = Security::kInsecure;
  } else if (status == "bogus" || status == "fail") {
    reply.rcode = Rcode::kFailure;
    reply.security = status == "bogus" ? Security::kBogus : Security::kIndeterminate;
  } else {
    return false;
  }
  return true;
}

}  // namespace

Result<DnsLine> ParseDnsLine(const std::string& text) {
  std::istringstream in(text);
  DnsLine line;
  std::string status;
  in >> line.type >> line.name >> status;
  DnsReply& reply = line.reply;
  if (!ReadStatus(status, reply)) return Error{"unknown status: " + status};
  reply.ttl = std::chrono::seconds(300);
  reply.canonical_name = line.name;
  std::string data;
  std::getline(in, data);
  boost::algorithm::trim(data);
  if (data.starts_with("ttl ")) {
    std::size_t used = 0;
    reply.ttl = std::chrono::seconds(std::stol(data.substr(4), &used));
    data = boost::algorithm::trim_copy(data.substr(4 + used));
  }
  if (data.starts_with("at ")) {
    const std::size_t end = data.find(' ', 3);
    reply.canonical_name = data.substr(3, end == std::string::npos ? end : end - 3);
    reply.aliased = true;
    data = end == std::string::npos ? "" : data.substr(end + 1);
  }
  if (reply.rcode == Rcode::kFailure) {
    reply.failure = data.empty() ? "SERVFAIL" : data;
    return line;
  }
  if (data == "nxdomain") reply.rcode = Rcode::kNxDomain;
  if (data.empty() || data == "nodata" || data == "nxdomain") return line;
  std::vector<std::string> records;
  boost::algorithm::split(records, data, boost::is_any_of(","));
  for (const std::string& record : records) AddRecord(line.type, record, reply);
  return line;
}

}  // namespace tlswarden
