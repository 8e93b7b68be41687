#include "daemon/log_format.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace tlswarden {
namespace {

using std::string_literals::operator""s;

std::string Value(std::string value) {
  return Format({.queue_id = "Q", .fields = {{"k", std::move(value)}}}, LogFormat::kText)
      .substr(std::string("Q: k=").size());
}

TEST(LogFormat, DecisionInText) {
  const LogLine line{.queue_id = "4Xk1Q2",
                     .fields = {{"rcpt", "<a@bank.example>"},
                                {"action", "reject"},
                                {"reply", "550 5.7.5"},
                                {"ms", "0.02"}}};
  EXPECT_EQ(Format(line, LogFormat::kText),
            "4Xk1Q2: rcpt=<a@bank.example> action=reject reply=\"550 5.7.5\" ms=0.02");
}

TEST(LogFormat, DecisionInJson) {
  const LogLine line{.queue_id = "4Xk1Q2",
                     .fields = {{"rcpt", "<a@bank.example>"}, {"reply", "550 \"x\" \\"}}};
  EXPECT_EQ(Format(line, LogFormat::kJson),
            R"({"queue-id":"4Xk1Q2","rcpt":"<a@bank.example>","reply":"550 \"x\" \\"})");
}

TEST(LogFormat, NoQueueIdYet) {
  EXPECT_EQ(Format({}, LogFormat::kText), "NOQUEUE:");
  EXPECT_EQ(Format({}, LogFormat::kJson), R"({"queue-id":"NOQUEUE"})");
}

TEST(LogFormat, ValuesInText) {
  const std::pair<std::string, std::string> cases[] = {
      {"plain", "plain"},
      {"", R"("")"},
      {"two words", R"("two words")"},
      {"a=b", R"("a=b")"},
      {R"(say "no")", R"("say \"no\"")"},
      {R"(back\slash)", R"("back\\slash")"},
      {"line\nforged: rcpt=<x>", R"("line\x0aforged: rcpt=<x>")"},
      {"tab\there", R"("tab\x09here")"},
      {"\x1b[31m", R"("\x1b[31m")"},
      {"nul\0end"s, R"("nul\x00end")"},
      {"del\x7f", R"("del\x7f")"},
      {"m\xc3\xbcller", "m\xc3\xbcller"},
      {"\xf0\x9f\x93\xa7", "\xf0\x9f\x93\xa7"},
      {"lone\xff", R"("lone\xff")"},
      {"cut\xc3", R"("cut\xc3")"},
      {"overlong\xc0\xaf", R"("overlong\xc0\xaf")"},
      {"overlong\xe0\x80\xaf", R"("overlong\xe0\x80\xaf")"},
      {"surrogate\xed\xa0\x80", R"("surrogate\xed\xa0\x80")"},
      {"beyond\xf4\x90\x80\x80", R"("beyond\xf4\x90\x80\x80")"},
      {"c1\xc2\x9b", R"("c1\xc2\x9b")"},
      {"turned\xe2\x80\xae", R"("turned\xe2\x80\xae")"},
  };
  for (const auto& [value, rendered] : cases) EXPECT_EQ(Value(value), rendered);
}

TEST(LogFormat, LongValuesEndInDots) {
  EXPECT_EQ(Value(std::string(256, 'a')), std::string(256, 'a'));
  EXPECT_EQ(Value(std::string(257, 'a')), std::string(253, 'a') + "...");
  // Neither an escape nor a character is cut in two.
  EXPECT_EQ(Value(std::string(1000, '\x01')).size(), 2 + 63 * 4 + 3U);
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "\xc3\xbc";
  EXPECT_EQ(Value(umlauts).size(), 126 * 2 + 3U);
}

TEST(LogFormat, JsonIsJsonWhateverComes) {
  std::string all;
  for (int octet = 0; octet < 256; ++octet) all += static_cast<char>(octet);
  for (std::size_t at = 0; at < all.size(); ++at) {
    const LogLine line{.queue_id = all.substr(at, 3), .fields = {{"k", all.substr(at)}}};
    const std::string json = Format(line, LogFormat::kJson);
    boost::json::error_code failure;
    const boost::json::value parsed = boost::json::parse(json, failure);
    ASSERT_FALSE(failure) << json;
    EXPECT_EQ(parsed.as_object().begin()->key(), "queue-id");
  }
  const LogLine line{.queue_id = "Q", .fields = {{"k", "\xff\n"}}};
  EXPECT_EQ(Format(line, LogFormat::kJson), R"({"queue-id":"Q","k":"\\xff\\x0a"})");
}

TEST(LogFormat, Messages) {
  EXPECT_EQ(FormatMessage(LogLevel::kInfo, "started", LogFormat::kText), "started");
  EXPECT_EQ(FormatMessage(LogLevel::kError, "a \"b\"", LogFormat::kText), "error: a \"b\"");
  EXPECT_EQ(FormatMessage(LogLevel::kWarning, "a\nb", LogFormat::kText), "warning: a\\x0ab");
  EXPECT_EQ(FormatMessage(LogLevel::kDebug, "a \"b\"", LogFormat::kJson),
            R"({"level":"debug","message":"a \"b\""})");
  EXPECT_EQ(FormatMessage(LogLevel::kInfo, std::string(5000, 'a'), LogFormat::kText).size(),
            kMaxLoggedMessageOctets);
}

}  // namespace
}  // namespace tlswarden
