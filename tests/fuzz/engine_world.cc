#include "tests/fuzz/engine_world.h"

#include <array>
#include <cstdlib>
#include <iostream>
#include <string_view>
#include <utility>
#include <vector>

#include "resolver/dns_wire.h"
#include "tests/scenarios/dns_line.h"
#include "tests/unit/resolver/dns_builder.h"

namespace tlswarden {
namespace {

struct Slot {
  RrType type;
  std::string_view name;
};

constexpr std::array<Slot, 22> kSlots = {{
    {RrType::kTxt, "_mta-sts.a.example"},
    {RrType::kMx, "a.example"},
    {RrType::kA, "mta-sts.a.example"},
    {RrType::kAaaa, "mta-sts.a.example"},
    {RrType::kTxt, "_mta-sts.b.example"},
    {RrType::kMx, "b.example"},
    {RrType::kA, "mx1.example"},
    {RrType::kAaaa, "mx1.example"},
    {RrType::kTlsa, "_25._tcp.mx1.example"},
    {RrType::kA, "mx2.example"},
    {RrType::kAaaa, "mx2.example"},
    {RrType::kTlsa, "_25._tcp.mx2.example"},
    {RrType::kA, "a.example"},
    {RrType::kTlsa, "_25._tcp.a.example"},
    {RrType::kTlsa, "_587._tcp.a.example"},
    {RrType::kTlsa, "_587._tcp.mx1.example"},
    {RrType::kCname, "mx1.example"},
    {RrType::kCname, "_mta-sts.a.example"},
    {RrType::kCname, "mta-sts.a.example"},
    {RrType::kCname, "_25._tcp.mx1.example"},
    {RrType::kCname, "a.example"},
    {RrType::kCname, "mx2.example"},
}};

constexpr std::array<std::string_view, 4> kStatus = {"secure", "insecure", "bogus", "fail"};
constexpr std::array<std::string_view, 6> kTtls = {"300", "0", "1", "1h", "2d", "2147483647"};

using Choices = std::array<std::string_view, 8>;

const Choices& DataOf(RrType type) {
  static constexpr Choices kMx = {"10 mx1.example",
                                  "10 mx1.example, 20 mx2.example",
                                  "0 .",
                                  "10 a.example",
                                  "nodata",
                                  "nxdomain",
                                  "10 mx.evil.example",
                                  "10 192.0.2.1"};
  static constexpr Choices kTxt = {"v=STSv1; id=1",
                                   "v=STSv1; id=2",
                                   "v=STSv1; id=3;",
                                   "v=STSv1; id=1, v=STSv1; id=2",
                                   "v=spf1 -all, v=STSv1; id=1; x=y",
                                   "v=STSv1; id=",
                                   "nodata",
                                   "nxdomain"};
  static constexpr Choices kA = {
      "93.184.215.14",   "127.0.0.1", "10.0.0.1", "127.0.0.1, 93.184.215.14",
      "169.254.169.254", "192.0.2.1", "nodata",   "nxdomain"};
  static constexpr Choices kAaaa = {"2606:2800:21f:cb07:6820:80da:af6b:8b2c",
                                    "::1",
                                    "::ffff:127.0.0.1",
                                    "fe80::1",
                                    "64:ff9b::a00:1",
                                    "2001:4860::1, fd00::1",
                                    "nodata",
                                    "nxdomain"};
  static constexpr Choices kTlsa = {"3 1 1 ab*32", "2 0 2 cd*64", "3 1 1 ab*32, 3 1 2 cd*64",
                                    "1 1 1 ab*32", "3 1 0 ab*40", "3 1 1 ab*32, 0 0 0 00",
                                    "nodata",      "nxdomain"};
  static constexpr Choices kCname = {
      "mx2.example",       "mx1.example",        "b.example", "_mta-sts.b.example",
      "mta-sts.b.example", "_25._tcp.a.example", "nodata",    "nxdomain"};
  switch (type) {
    case RrType::kMx:
      return kMx;
    case RrType::kTxt:
      return kTxt;
    case RrType::kAaaa:
      return kAaaa;
    case RrType::kTlsa:
      return kTlsa;
    case RrType::kCname:
      return kCname;
    default:
      return kA;
  }
}

void Say(const std::string& line, Desk& desk) {
  const Result<DnsLine> parsed = ParseDnsLine(line);
  if (!parsed) {
    std::cerr << "dns " << line << ": " << parsed.error() << '\n';
    std::abort();
  }
  desk.dns.Say(*parsed);
}

void SayWire(const Slot& slot, const DnsBuilder& message, Desk& desk) {
  desk.dns.Say(
      {slot.type, std::string(slot.name), ParseReply(message.wire(), slot.name, slot.type, true)});
}

std::uint16_t FlagsOf(unsigned octet) {
  const unsigned rcode = octet & 0xF;
  const unsigned ad = (octet & 0x10) != 0 ? DnsBuilder::kAd : 0U;
  const unsigned tc = octet >= 0xF0 ? DnsBuilder::kTc : 0U;
  return static_cast<std::uint16_t>(DnsBuilder::kReply | rcode | ad | tc);
}

constexpr std::array<std::string_view, 2> kPolicyHosts = {"mta-sts.a.example", "mta-sts.b.example"};

// Few or, seldom, very many: what is large is slow.
std::size_t Amount(unsigned octet, std::size_t each) {
  return octet < 0xF0 ? octet % 4 : (octet - 0xEFU) * each;
}

bool TakeLate(unsigned octet, bool allowed) { return allowed && (octet & 1) != 0; }

void Serve(const std::string& host, bool late, std::string body, Desk& desk, Served& served) {
  if (body.size() > kMaxPolicyOctets) body.resize(kMaxPolicyOctets);
  served[host] = body;
  desk.https.Say(host, late, std::move(body));
}

}  // namespace

void BeginWorld(Desk& desk, Served& served) {
  for (const std::string_view host : kPolicyHosts) {
    desk.dns.AddPolicyHost(std::string(host));
    Serve(std::string(host), false,
          "version: STSv1\nmode: enforce\nmx: mx1.example\nmax_age: 86400\n", desk, served);
  }
  Say("TXT _mta-sts.a.example insecure v=STSv1; id=1", desk);
  Say("MX a.example insecure 10 mx1.example, 20 mx2.example", desk);
  Say("MX b.example secure 10 mx1.example", desk);
  Say("A mx1.example secure 93.184.215.14", desk);
  Say("A mx2.example insecure 93.184.215.15", desk);
}

void SayDns(FuzzOctets& octets, Desk& desk) {
  const Slot& slot = octets.Pick(kSlots);
  std::string line = std::string(ToString(slot.type)) + ' ' + std::string(slot.name) + ' ';
  const std::string_view status = octets.Pick(kStatus);
  line += status;
  if (status == "fail" || status == "bogus") return Say(line, desk);
  line += " ttl " + std::string(octets.Pick(kTtls)) + ' ';
  line += octets.Pick(DataOf(slot.type));
  Say(line, desk);
}

// The record may come many times, as the largest message holds them: what is bounded elsewhere
// has to stand that.
void SayDnsRecords(FuzzOctets& octets, Desk& desk) {
  constexpr std::size_t kMostOctets = 65535;
  const Slot& slot = octets.Pick(kSlots);
  DnsBuilder message(slot.name, slot.type, FlagsOf(octets.U8()));
  const std::size_t times = Amount(octets.U8(), 16);
  const std::size_t stretch = Amount(octets.U8(), 1024);
  Wire data = octets.Take();
  if (slot.type == RrType::kTlsa) data.resize(std::max(data.size(), stretch), 0xAB);
  const std::size_t each = slot.name.size() + 2 + 10 + data.size();
  for (std::size_t i = 0; i < times && message.size() + each <= kMostOctets; ++i) {
    if (i != 0 && !data.empty()) data.back() = static_cast<std::uint8_t>(data.back() + 1);
    message.Answer(slot.name, slot.type, 300, data);
  }
  SayWire(slot, message, desk);
}

void SayDnsMessage(FuzzOctets& octets, Desk& desk) {
  const Slot& slot = octets.Pick(kSlots);
  DnsBuilder message(slot.name, slot.type, FlagsOf(octets.U8()));
  const unsigned counts = octets.U8();
  message.Count(6, counts & 0xF).Count(8, counts >> 4 & 3).Count(10, counts >> 6);
  message.Raw(octets.Take());
  SayWire(slot, message, desk);
}

void SayPolicy(FuzzOctets& octets, bool late_allowed, Desk& desk, Served& served) {
  static constexpr std::array<std::string_view, 5> kModes = {"enforce", "testing", "none",
                                                             "Enforce", "enforce\nmode: none"};
  static constexpr std::array<std::string_view, 8> kAges = {
      "86400", "0", "1", "60", "3600", "604800", "31557600", "9999999999"};
  static constexpr std::array<std::string_view, 7> kMx = {
      "mx: mx1.example\n",   "mx: mx1.example\nmx: mx2.example\n", "mx: *.example\n",     "",
      "mx: other.example\n", "mx: mx1.example ciphers=low\n",      "mx: mx.{a}.example\n"};
  const std::string_view host = octets.Pick(kPolicyHosts);
  const bool late = TakeLate(octets.U8(), late_allowed);
  std::string body = "version: STSv1\r\nmode: ";
  body += octets.Pick(kModes);
  body += "\r\n";
  body += octets.Pick(kMx);
  body += "max_age: ";
  body += octets.Pick(kAges);
  body += '\n';
  const std::size_t times = Amount(octets.U8(), 256);
  const std::string extension = octets.Text();
  for (std::size_t i = 0; i < times && !extension.empty(); ++i) body += extension + '\n';
  Serve(std::string(host), late, std::move(body), desk, served);
}

void SayBody(FuzzOctets& octets, bool late_allowed, Desk& desk, Served& served) {
  const std::string host(octets.Pick(kPolicyHosts));
  const bool late = TakeLate(octets.U8(), late_allowed);
  Serve(host, late, octets.Text(), desk, served);
}

void SayNoPolicy(FuzzOctets& octets, bool late_allowed, Desk& desk, Served& served) {
  static constexpr std::array<ResultType, 2> kTypes = {ResultType::kStsPolicyFetchError,
                                                       ResultType::kStsWebpkiInvalid};
  const std::string host(octets.Pick(kPolicyHosts));
  const bool late = TakeLate(octets.U8(), late_allowed);
  const ResultType type = octets.Pick(kTypes);
  served[host].reset();
  desk.https.Say(host, late, Failure{type, "HTTP status 404", true});
}

}  // namespace tlswarden
