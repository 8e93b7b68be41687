// Rules finds by an index what a search through all rules finds.
#include <gtest/gtest.h>

#include <chrono>
#include <random>

#include "policy/rules.h"
#include "tests/unit/policy/build.h"

namespace tlswarden {
namespace {

constexpr std::chrono::seconds kSecond{1};

const char* const kDomains[] = {"a.test", "x.a.test", "y.x.a.test", "b.test", "test", "c.example"};
const char* const kPatterns[] = {"a.test", "*.a.test", "a.test/*",  "*.x.a.test", "b.test",
                                 "*.test", "test/*",   "c.example", "*.example"};

class Dice {
 public:
  explicit Dice(unsigned seed) : random_(seed) {}

  // True once in `sides` times.
  bool Once(unsigned sides) { return random_() % sides == 0; }

  template <typename T, std::size_t N>
  const T& OneOf(const T (&all)[N]) {
    return all[random_() % N];
  }

 private:
  std::mt19937 random_;
};

DomainSet RandomDomains(Dice& dice) {
  DomainSet set;
  if (dice.Once(20)) {  // too many for the index
    for (int i = 0; i < 1001; ++i) set.Add({Name("n" + std::to_string(i) + ".test")});
  }
  do {
    set.Add(ParseDomainPattern(dice.OneOf(kPatterns)).value());
  } while (dice.Once(2));
  return set;
}

Rule RandomRule(Dice& dice, int number) {
  Rule rule;
  rule.name = "r" + std::to_string(number);
  if (!dice.Once(4)) rule.match.recipient_domain = RandomDomains(dice);
  if (dice.Once(3)) rule.match.sender_domain = RandomDomains(dice);
  if (dice.Once(6)) rule.match.header = {{"subject", "*secure*"}};
  if (dice.Once(6)) rule.match.transport = {"smtp"};
  if (dice.Once(8)) rule.match.mx_host.Add(ParseDomainPattern("*.provider.test").value());
  if (dice.Once(8)) rule.match.recipient.Add("x@a.test").value();
  if (dice.Once(6)) rule.until = kNow + (dice.Once(2) ? kSecond : -kSecond);
  constexpr std::optional<Mode> kModes[] = {std::nullopt, Mode::kEnforce, Mode::kObserve,
                                            Mode::kOff};
  constexpr Requirement kRequirements[] = {Requirement::kNone, Requirement::kPublished,
                                           Requirement::kEncrypt, Requirement::kDane};
  rule.mode = dice.OneOf(kModes);
  rule.outbound.require = dice.OneOf(kRequirements);
  return rule;
}

// All that is pointed to by the facts.
struct Message {
  Envelope envelope;
  Domain recipient_domain;
  MailAddress recipient = ParseMailAddress("x@a.test");
  MxEvidence mx = Mx(Security::kSecure, {Host("mx.provider.test", HostDane::kNone)});
  Facts facts;

  explicit Message(Dice& dice) {
    if (!dice.Once(8)) recipient_domain = Name(dice.OneOf(kDomains));
    if (!dice.Once(8)) {
      envelope.sender = ParseMailAddress(std::string("s@") + dice.OneOf(kDomains));
    }
    if (dice.Once(2)) envelope.headers = {{{"Subject", dice.Once(2) ? "a secure mail" : "a mail"}}};
    if (!dice.Once(6)) facts.envelope = &envelope;
    if (!dice.Once(6)) facts.recipient_domain = &recipient_domain;
    if (dice.Once(2)) facts.recipient = &recipient;
    if (dice.Once(2)) facts.transport = dice.Once(2) ? "smtp" : "relay";
    if (dice.Once(2)) facts.mx = &mx;
  }
  Message(const Message&) = delete;
};

// The contract of RuleMatch, read aloud.
RuleMatch Naive(const Rules& rules, const Facts& facts) {
  RuleMatch match;
  for (const RulePtr& rule : rules.all()) {
    const Fit fit = FitOf(*rule, facts, kNow);
    if (rule->mode == Mode::kOff || fit == Fit::kNo) continue;
    if (rule->mode == Mode::kObserve) {
      if (fit == Fit::kYes && !match.observed) match.observed = rule;
      continue;
    }
    if (fit == Fit::kYes) {
      match.rule = rule;
      return match;
    }
    if (!match.undecided || rule->outbound.require < *match.undecided) {
      match.undecided = rule->outbound.require;
    }
  }
  return match;
}

std::string NameOf(const RulePtr& rule) { return rule == nullptr ? "none" : rule->name; }

TEST(RulesSearch, AsALinearSearch) {
  Dice dice(20261125);
  int matched = 0, observed = 0, undecided = 0;
  for (int round = 0; round < 1000; ++round) {
    std::vector<Rule> list;
    for (int i = 0; i < 8; ++i) list.push_back(RandomRule(dice, i));
    const Rules rules(std::move(list));
    for (int i = 0; i < 20; ++i) {
      const Message message(dice);
      const RuleMatch found = rules.Match(message.facts, kNow);
      const RuleMatch right = Naive(rules, message.facts);
      ASSERT_EQ(NameOf(found.rule), NameOf(right.rule)) << round << ' ' << i;
      ASSERT_EQ(NameOf(found.observed), NameOf(right.observed)) << round << ' ' << i;
      if (message.facts.envelope != nullptr) {
        ASSERT_EQ(found.undecided, right.undecided) << round << ' ' << i;
      }
      matched += found.rule ? 1 : 0;
      observed += found.observed ? 1 : 0;
      undecided += found.undecided ? 1 : 0;
    }
  }
  EXPECT_GT(matched, 1000);
  EXPECT_GT(observed, 1000);
  EXPECT_GT(undecided, 1000);
}

Rule Call(std::string name, std::optional<Mode> mode = {}) {
  Rule rule;
  rule.name = std::move(name);
  rule.mode = mode;
  return rule;
}

TEST(RulesSearch, ObservedRulesAreTransparent) {
  const Rules rules({Call("off", Mode::kOff), Call("first", Mode::kObserve),
                     Call("second", Mode::kObserve), Call("counts"),
                     Call("after", Mode::kObserve)});
  const RuleMatch match = rules.Match(Facts(), kNow);
  EXPECT_EQ(NameOf(match.rule), "counts");
  EXPECT_EQ(NameOf(match.observed), "first");
  EXPECT_FALSE(match.undecided);
}

TEST(RulesSearch, OnlyObservedOnesMatchNothing) {
  const RuleMatch match = Rules({Call("one", Mode::kObserve)}).Match(Facts(), kNow);
  EXPECT_EQ(match.rule, nullptr);
  EXPECT_EQ(NameOf(match.observed), "one");
  EXPECT_EQ(Rules({Call("after"), Call("late", Mode::kObserve)}).Match(Facts(), kNow).observed,
            nullptr)
      << "what comes after the rule that counts was never asked";
}

Rule ByHeader(Rule rule, Requirement require) {
  rule.match.header = {{"subject", "*"}};
  rule.outbound.require = require;
  return rule;
}

// Whatever an unknown rule demands, only those before the one that counts may still take its place.
TEST(RulesSearch, UndecidedIsTheLeastOfThoseBefore) {
  const Rules rules({ByHeader(Call("a"), Requirement::kDane),
                     ByHeader(Call("b"), Requirement::kEncrypt), Call("counts"),
                     ByHeader(Call("late"), Requirement::kNone)});
  Envelope envelope;
  Facts facts;
  facts.envelope = &envelope;
  EXPECT_EQ(rules.Match(facts, kNow).undecided, Requirement::kEncrypt);
  EXPECT_EQ(NameOf(rules.Match(facts, kNow).rule), "counts");
  envelope.headers.emplace();
  EXPECT_FALSE(rules.Match(facts, kNow).undecided) << "now it is known that there is none";
}

// Mail must not wait for a rule that is only observed, nor be let in for its sake.
TEST(RulesSearch, ObservedRulesLeaveNothingUndecided) {
  const Rules rules({ByHeader(Call("seen", Mode::kObserve), Requirement::kNone),
                     ByHeader(Call("off", Mode::kOff), Requirement::kNone), Call("counts")});
  Envelope envelope;
  Facts facts;
  facts.envelope = &envelope;
  EXPECT_FALSE(rules.Match(facts, kNow).undecided);
}

TEST(RulesSearch, HeadersThatSomeRuleAsksFor) {
  Rule rule = Call("r");
  rule.match.header = {{"subject", "*"}, {"x-mark", "*"}, {"subject", "a"}};
  EXPECT_EQ(Rules({rule, Call("other")}).header_names(), (TextSet{"subject", "x-mark"}));
  EXPECT_TRUE(Rules({Call("other")}).header_names().empty());
}

TEST(RulesSearch, ByName) {
  const Rules rules({Call("one"), Call("two")});
  EXPECT_EQ(rules.Named("two"), rules.all()[1]);
  for (const char* none : {"", "three", "ONE", "on"}) EXPECT_EQ(rules.Named(none), nullptr) << none;
}

}  // namespace
}  // namespace tlswarden
