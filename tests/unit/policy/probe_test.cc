#include "policy/probe.h"

#include <gtest/gtest.h>

#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

constexpr std::uint8_t kTa = 2, kEe = 3;

ProbeFacts Good(std::string_view host = "mx.a.test") {
  ProbeFacts facts;
  facts.target = {Name(host), 25, Name(host), {}};
  facts.at = kNow;
  facts.tls_version = "TLSv1.3";
  facts.dns_ids = {std::string(host)};
  facts.names_host = true;
  return facts;
}

ProbeFacts Without(Failure failure, std::string_view host = "mx.a.test") {
  ProbeFacts facts;
  facts.target = {Name(host), 25, Name(host), {}};
  facts.at = kNow;
  facts.no_tls = std::move(failure);
  return facts;
}

ProbeFacts DaneMatch(std::uint8_t usage, std::vector<std::string> dns_ids) {
  ProbeFacts facts = Good();
  facts.target.tlsa = {{usage, 1, 1, std::vector<std::uint8_t>(32, 0xab)}};
  facts.dane_usage = usage;
  facts.dns_ids = std::move(dns_ids);
  facts.names_host = false;
  return facts;
}

Failure NoStarttls() { return {ResultType::kStarttlsNotSupported, "not offered", false}; }
Failure TimedOut() { return {ResultType::kValidationFailure, "timeout", true}; }

ProbeDemand Level(TlsLevel level) {
  ProbeDemand demand;
  demand.level = level;
  return demand;
}

ProbeDemand Sts(const std::vector<std::string>& mx) {
  ProbeDemand demand = Level(TlsLevel::kSecure);
  demand.sts = SharedStsPolicy(Policy(PolicyText("enforce", mx)));
  return demand;
}

// "met", or the result type and whether it is for now.
std::string At(const ProbeFacts& facts, const HostDemand& demand) {
  const std::optional<Failure> failure = UnmetAt(facts, demand);
  if (!failure) return "met";
  EXPECT_FALSE(failure->reason.empty());
  return std::string(ToString(failure->type)) + (failure->transient ? " for now" : "");
}

std::string At(const ProbeFacts& facts, const MxHost& host, const ProbeDemand& demand,
               Security mx = Security::kSecure) {
  return At(facts, DemandOn(host, Seen("a.test", Mx(mx, {host})), demand));
}

const MxHost kPlain = Host("mx.a.test", HostDane::kNone);
const MxHost kUsable = Host("mx.a.test", HostDane::kUsable);

TEST(UnmetAt, EncryptNeedsNothingButTls) {
  ProbeFacts facts = Good();
  facts.untrusted = Failure{ResultType::kCertificateExpired, "expired", false};
  facts.names_host = false;
  EXPECT_EQ(At(facts, kPlain, Level(TlsLevel::kEncrypt)), "met");
  EXPECT_EQ(At(Without(NoStarttls()), kPlain, Level(TlsLevel::kEncrypt)), "starttls-not-supported");
  EXPECT_EQ(At(Without(TimedOut()), kPlain, Level(TlsLevel::kEncrypt)),
            "validation-failure for now");
}

// RFC 8461 section 4.2.
TEST(UnmetAt, SecureNeedsChainAndName) {
  const ProbeDemand sts = Sts({"*.a.test"});
  EXPECT_EQ(At(Good(), kPlain, sts, Security::kInsecure), "met");
  ProbeFacts facts = Good();
  facts.names_host = false;
  EXPECT_EQ(At(facts, kPlain, sts), "certificate-host-mismatch");
  facts.dns_ids_cut = true;
  EXPECT_EQ(At(facts, kPlain, sts), "certificate-host-mismatch for now");
  facts = Good();
  for (const ResultType type :
       {ResultType::kCertificateExpired, ResultType::kCertificateNotTrusted}) {
    facts.untrusted = Failure{type, "why", false};
    EXPECT_EQ(At(facts, kPlain, sts), ToString(type));
  }
  EXPECT_EQ(At(Good(), kPlain, Sts({"mx.b.test"})), "validation-failure");
  EXPECT_EQ(At(Without(NoStarttls()), kPlain, sts), "starttls-not-supported");
}

// MTA-STS knows no common names.
TEST(UnmetAt, SecureTakesNoCommonName) {
  ProbeFacts facts = Good();
  facts.names_host = false;
  facts.dns_ids.clear();
  facts.common_name = "mx.a.test";
  EXPECT_EQ(At(facts, kPlain, Sts({"mx.a.test"})), "certificate-host-mismatch");
  const HostDemand demand =
      DemandOn(kPlain, Seen("a.test", Mx(Security::kSecure, {kPlain})), Sts({"mx.a.test"}));
  EXPECT_EQ(UnmetAt(facts, demand)->reason,
            "the certificate is for mx.a.test by its common name only, not for mx.a.test");
}

TEST(UnmetAt, PinnedNames) {
  ProbeDemand demand = Level(TlsLevel::kSecure);
  demand.names = {ParseMxPattern("*.partner.test").value()};
  EXPECT_EQ(At(Good(), kPlain, demand), "certificate-host-mismatch");
  ProbeFacts facts = Good();
  facts.dns_ids = {"other.test", "gw.partner.test"};
  facts.names_host = false;
  EXPECT_EQ(At(facts, kPlain, demand), "met");
}

TEST(UnmetAt, AMinimumVersion) {
  ProbeDemand demand = Level(TlsLevel::kEncrypt);
  demand.minimum_tls = "TLSv1.2";
  for (const char* version : {"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"}) {
    ProbeFacts facts = Good();
    facts.tls_version = version;
    const bool enough = std::string_view(version) >= "TLSv1.2";
    EXPECT_EQ(At(facts, kPlain, demand), enough ? "met" : "validation-failure") << version;
  }
}

// RFC 7672 sections 3.1.1 and 3.1.2.
TEST(UnmetAt, DaneBindsEeToTheKeyAndTaToTheName) {
  const ProbeDemand only = Level(TlsLevel::kDaneOnly);
  EXPECT_EQ(At(DaneMatch(kEe, {"other.test"}), kUsable, only), "met");
  EXPECT_EQ(At(DaneMatch(kTa, {"other.test"}), kUsable, only), "certificate-host-mismatch");
  EXPECT_EQ(At(DaneMatch(kTa, {"mx.a.test"}), kUsable, only), "met");
  EXPECT_EQ(At(DaneMatch(kTa, {"a.test"}), kUsable, only), "met") << "the next hop's domain";
  ProbeFacts facts = DaneMatch(kTa, {});
  facts.common_name = "mx.a.test";
  EXPECT_EQ(At(facts, kUsable, only), "met") << "a common name, where there is no DNS-ID";
}

// Section 3.2.2: whoever forges an unsigned MX chose the host.
TEST(UnmetAt, TheDomainItselfIsAReferenceOnlyBehindASignedMx) {
  EXPECT_EQ(
      At(DaneMatch(kTa, {"a.test"}), kUsable, Level(TlsLevel::kDaneOnly), Security::kInsecure),
      "certificate-host-mismatch");
}

TEST(UnmetAt, DaneFailures) {
  const ProbeDemand only = Level(TlsLevel::kDaneOnly);
  ProbeFacts facts = DaneMatch(kEe, {});
  facts.dane_usage = -1;
  facts.dane_failure = Failure{ResultType::kValidationFailure, "no TLSA record matches", false};
  EXPECT_EQ(At(facts, kUsable, only), "validation-failure");
  EXPECT_EQ(At(Good(), kUsable, only), "tlsa-invalid for now") << "nothing to compare with";
  EXPECT_EQ(At(Without(NoStarttls()), kUsable, only), "starttls-not-supported");
}

// RFC 7672 section 2.2, each kind of host, with a host that shows no TLS.
TEST(UnmetAt, DaneByKindOfHost) {
  struct Row {
    HostDane dane;
    const char* at_dane;
    const char* at_dane_only;
  };
  constexpr Row kRows[] = {
      {HostDane::kNone, "met", "dane-required"},
      {HostDane::kUsable, "starttls-not-supported", "starttls-not-supported"},
      {HostDane::kUnusable, "starttls-not-supported", "tlsa-invalid"},
      {HostDane::kFailed, "dnssec-invalid for now", "dnssec-invalid for now"},
      {HostDane::kUnresolved, "validation-failure for now", "validation-failure for now"},
  };
  for (const Row& row : kRows) {
    const MxHost host = Host("mx.a.test", row.dane);
    const ProbeFacts facts = Without(NoStarttls());
    EXPECT_EQ(At(facts, host, Level(TlsLevel::kDane)), row.at_dane) << ToString(row.dane);
    EXPECT_EQ(At(facts, host, Level(TlsLevel::kDaneOnly)), row.at_dane_only) << ToString(row.dane);
  }
  // Unusable records demand TLS with anybody.
  ProbeFacts facts = Good();
  facts.untrusted = Failure{ResultType::kCertificateNotTrusted, "self-signed", false};
  EXPECT_EQ(At(facts, Host("mx.a.test", HostDane::kUnusable), Level(TlsLevel::kDane)), "met");
  // Behind an unsigned MX, DANE is optional (section 2.2.1).
  EXPECT_EQ(At(Without(NoStarttls()), kUsable, Level(TlsLevel::kDane), Security::kInsecure), "met");
}

TEST(TargetOf, TheTlsaBaseIsTheServerName) {
  MxHost host = kUsable;
  const Evidence evidence = Seen("a.test:587", Mx(Security::kSecure, {host}));
  ProbeTarget target = TargetOf(host, evidence, Sts({"mx.a.test"}));
  EXPECT_EQ(target.port, 587);
  EXPECT_EQ(target.tlsa, host.usable) << "one look serves all levels";
  host.tlsa_base = Name("real.b.test");
  EXPECT_EQ(TargetOf(host, evidence, Level(TlsLevel::kDaneOnly)).server_name, Name("real.b.test"));
  target = TargetOf(host, evidence, Sts({"mx.a.test"}));
  EXPECT_EQ(target.server_name, Name("mx.a.test"));
  EXPECT_TRUE(target.tlsa.empty());
}

ProbeFactsPtr Share(ProbeFacts facts) { return std::make_shared<const ProbeFacts>(facts); }

std::string Outcome(const Evidence& evidence, const ProbeDemand& demand,
                    const std::vector<ProbeFactsPtr>& facts) {
  const ProbeOutcome outcome = JudgeProbes(evidence, demand, facts);
  std::string text(ToString(outcome.state));
  if (!outcome.mx_hostname.empty()) text += ' ' + outcome.mx_hostname;
  if (outcome.failure) text += ' ' + std::string(ToString(outcome.failure->type));
  return text;
}

TEST(JudgeProbes, OverAllHosts) {
  const Evidence two = Seen(
      "a.test", Mx(Security::kInsecure,
                   {Host("mx1.a.test", HostDane::kNone), Host("mx2.a.test", HostDane::kNone)}));
  const ProbeDemand sts = Sts({"*.a.test"});
  const ProbeFactsPtr good1 = Share(Good("mx1.a.test")), good2 = Share(Good("mx2.a.test"));
  const ProbeFactsPtr bad1 = Share(Without(NoStarttls(), "mx1.a.test"));
  const ProbeFactsPtr away1 = Share(Without(TimedOut(), "mx1.a.test"));
  ProbeFacts wrong = Good("mx2.a.test");
  wrong.names_host = false;
  const ProbeFactsPtr bad2 = Share(wrong);
  ProbeFacts refused = Without(TimedOut(), "mx2.a.test");
  refused.visited = false;
  struct Row {
    std::vector<ProbeFactsPtr> facts;
    const char* outcome;
  };
  const Row rows[] = {
      {{good1}, "met mx1.a.test"},
      {{bad1, good2}, "met mx2.a.test"},
      {{nullptr, good2}, "met mx2.a.test"},
      {{away1, good2}, "met mx2.a.test"},  // always down on purpose
      {{bad1, bad2}, "unmet mx1.a.test starttls-not-supported"},
      {{away1, bad2}, "not-now mx1.a.test validation-failure"},
      {{bad1}, "unknown"},
      {{bad1, nullptr}, "unknown"},
      {{away1, nullptr}, "unknown"},
      {{bad1, Share(refused)}, "unknown"},
      {{}, "unknown"},
  };
  for (const Row& row : rows) EXPECT_EQ(Outcome(two, sts, row.facts), row.outcome);
}

TEST(JudgeProbes, HostsThatNeedNoLook) {
  Evidence evidence =
      Seen("a.test", Mx(Security::kSecure, {Host("gone.a.test", HostDane::kUnreachable),
                                            Host("mx.a.test", HostDane::kUsable)}));
  const ProbeFactsPtr bad = Share(Without(NoStarttls()));
  const ProbeDemand only = Level(TlsLevel::kDaneOnly);
  EXPECT_EQ(Outcome(evidence, only, {nullptr, bad}), "unmet mx.a.test starttls-not-supported");
  // A host without TLSA takes mail at dane, without TLS; at dane-only it can't be used, and the
  // host that was looked at says more.
  evidence.mx.hosts[0] = Host("plain.a.test", HostDane::kNone);
  EXPECT_EQ(Outcome(evidence, only, {nullptr, bad}), "unmet mx.a.test starttls-not-supported");
  EXPECT_EQ(Outcome(evidence, Level(TlsLevel::kDane), {nullptr, bad}), "met plain.a.test");
  evidence.mx.hosts[0] = Host("failed.a.test", HostDane::kFailed);
  EXPECT_EQ(Outcome(evidence, only, {nullptr, bad}), "not-now failed.a.test dnssec-invalid");
  evidence.mx.hosts.clear();
  EXPECT_EQ(Outcome(evidence, only, {}), "unknown");
}

TEST(DemandOf, FollowsTheVerdictAndTheMode) {
  Evidence evidence = Seen("a.test", Mx(Security::kInsecure, {kPlain}));
  Verdict verdict;
  EXPECT_FALSE(DemandOf(verdict, evidence, ProbeMode::kAlways, kNow));
  verdict.level = TlsLevel::kUndecided;
  EXPECT_FALSE(DemandOf(verdict, evidence, ProbeMode::kAlways, kNow));
  verdict.level = TlsLevel::kEncrypt;
  EXPECT_FALSE(DemandOf(verdict, evidence, ProbeMode::kNever, kNow));
  EXPECT_EQ(DemandOf(verdict, evidence, ProbeMode::kRequired, kNow)->level, TlsLevel::kEncrypt);

  verdict.level = TlsLevel::kMay;
  verdict.testing = Tested();
  evidence.sts.learned = Learned("testing", {"mx.a.test"});
  EXPECT_FALSE(DemandOf(verdict, evidence, ProbeMode::kRequired, kNow));
  const std::optional<ProbeDemand> tested = DemandOf(verdict, evidence, ProbeMode::kAlways, kNow);
  ASSERT_TRUE(tested);
  EXPECT_EQ(tested->level, TlsLevel::kSecure);
  EXPECT_EQ((*tested->sts)->mx.size(), 1U);
}

}  // namespace
}  // namespace tlswarden
