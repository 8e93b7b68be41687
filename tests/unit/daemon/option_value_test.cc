#include "daemon/option_value.h"

#include <gtest/gtest.h>

namespace tlswarden {
namespace {

struct Case {
  const char* section;
  const char* key;
  const char* text;
  const char* printed;  // nullptr: refused
  const char* reason;   // the whole of it
};

constexpr const char* kNoDuration =
    "not a duration; use a number with ms, s, m, h or d, for example 5s";
constexpr const char* kTimeoutRange = "must be 100ms to 1m";
constexpr const char* kNoMode = "not a file mode; use three octal digits, for example 0660";

constexpr Case kCases[] = {
    {"dane", "enabled", "yes", "yes", ""},
    {"dane", "enabled", "no", "no", ""},
    {"dane", "enabled", "true", nullptr, "must be yes or no"},
    {"dane", "enabled", "", nullptr, "needs a value; leave the line out for the default, yes"},
    {"outbound", "mode", "observe", "observe", ""},
    {"outbound", "mode", "Observe", nullptr, "must be enforce, observe or off"},
    {"outbound", "mode", "enforce|observe", nullptr, "must be enforce, observe or off"},
    {"resolver", "attempts", "3", "3", ""},
    {"resolver", "attempts", "0", nullptr, "must be 1 to 10"},
    {"resolver", "attempts", "11", nullptr, "must be 1 to 10"},
    {"resolver", "attempts", "99999999999999999999", nullptr, "must be 1 to 10"},
    {"resolver", "attempts", "-1", nullptr, "not a number"},
    {"resolver", "attempts", "+1", nullptr, "not a number"},
    {"resolver", "attempts", "2 3", nullptr, "not a number"},
    {"resolver", "attempts", "0x2", nullptr, "not a number"},
    {"resolver", "timeout", "5s", "5s", ""},
    {"resolver", "timeout", "5000ms", "5s", ""},
    {"resolver", "timeout", "1500ms", "1500ms", ""},
    {"resolver", "timeout", "1m", "1m", ""},
    {"resolver", "timeout", "60s", "1m", ""},
    {"resolver", "timeout", "5", nullptr, kNoDuration},
    {"resolver", "timeout", "fast", nullptr, kNoDuration},
    {"resolver", "timeout", "5 s", nullptr, kNoDuration},
    {"resolver", "timeout", "5S", nullptr, kNoDuration},
    {"resolver", "timeout", "1.5s", nullptr, kNoDuration},
    {"resolver", "timeout", "-5s", nullptr, kNoDuration},
    {"resolver", "timeout", "s", nullptr, kNoDuration},
    {"resolver", "timeout", "99ms", nullptr, kTimeoutRange},
    {"resolver", "timeout", "1h", nullptr, kTimeoutRange},
    {"resolver", "timeout", "99999999999999999d", nullptr, kTimeoutRange},
    {"resolver", "timeout", "99999999999999999999999ms", nullptr, kTimeoutRange},
    {"outbound", "deadline", "25s", nullptr, "must be 100ms to 24s"},
    {"probe", "source-address", "192.0.2.7", "192.0.2.7", ""},
    {"probe", "source-address", "2001:db8::7", "2001:db8::7", ""},
    {"probe", "source-address", "", "", ""},
    {"probe", "source-address", "192.0.2.7:25", nullptr, "not an IP address"},
    {"probe", "source-address", "mail.example", nullptr, "not an IP address"},
    {"probe", "helo-name", "Mail.Example", "mail.example", ""},
    {"probe", "helo-name", "a b", nullptr,
     "not a host name: character that is not allowed in a domain name"},
    {"milter", "socket-mode", "0660", "0660", ""},
    {"milter", "socket-mode", "777", "0777", ""},
    {"milter", "socket-mode", "0", "0000", ""},
    {"milter", "socket-mode", "1777", nullptr, kNoMode},
    {"milter", "socket-mode", "0880", nullptr, kNoMode},
    {"milter", "socket-mode", "rw-rw----", nullptr, kNoMode},
    {"mta-sts", "ca-file", "", "", ""},
    {"mta-sts", "ca-file", "/etc/ssl/my cas#1.pem", "/etc/ssl/my cas#1.pem", ""},
    {"mta-sts", "ca-file", "cas.pem", nullptr, "the path must begin with /"},
    {"cache", "store", "", "", ""},
    {"cache", "store", "sqlite:/var/lib/x.db", "sqlite:/var/lib/x.db", ""},
    {"cache", "store", "sqlite:x.db", nullptr, "the path must begin with /"},
    {"cache", "store", "sqlite:", nullptr, "the path must begin with /"},
    {"cache", "store", "/var/lib/x.db", nullptr, "use sqlite:PATH, or nothing to write no file"},
    {"milter", "socket", "", "", ""},
    {"milter", "socket", "inet:8891@localhost", "inet:8891@127.0.0.1", ""},
    {"socketmap", "listen", "inet:[::1]:8642", "inet:[::1]:8642", ""},
    {"resolver", "nameserver", "::1", "[::1]:53", ""},
    {"milter", "local-domains", "Bank.Example", "bank.example", ""},
    {"milter", "local-domains", "a.example, *.a.example\t,b.example.",
     "a.example *.a.example b.example", ""},
    {"milter", "local-domains", "m\xc3\xbcller.example", "xn--mller-kva.example", ""},
    {"milter", "local-domains", "a.example bad..name", nullptr, "bad..name: empty label"},
    {"milter", "local-domains", ",", nullptr, "no domain; use example.com or *.example.com"},
    {"rule", "sender", "a@b.example,\t@/list  <>", "a@b.example @/list <>", ""},
    {"rule", "sender", ", ,", nullptr, "needs a value"},
    {"rule", "sender", "", nullptr, "needs a value"},
    {"rule", "require", "dane", "dane", ""},
    {"metrics", "listen", "", "", ""},
    {"metrics", "listen", "anything at all", "anything at all", ""},
};

TEST(OptionValue, Parse) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(std::string(c.section) + "." + c.key + " = " + c.text);
    const Option* option = FindOption(c.section, c.key);
    ASSERT_NE(option, nullptr);
    const Result<Value> value = ParseValue(*option, c.text);
    ASSERT_EQ(value.ok(), c.printed != nullptr) << (value.ok() ? "" : value.error());
    if (value.ok()) {
      EXPECT_EQ(PrintValue(*option, *value), c.printed);
    } else {
      EXPECT_EQ(value.error(), c.reason);
    }
  }
}

TEST(OptionValue, BadDomainIsShownSafely) {
  const Option* option = FindOption("milter", "local-domains");
  const Result<Value> value = ParseValue(*option, "\x1b[2J" + std::string(2000, 'a'));
  ASSERT_FALSE(value.ok());
  EXPECT_EQ(value.error().find('\x1b'), std::string::npos);
  EXPECT_LT(value.error().size(), 200U);
}

TEST(OptionValue, Durations) {
  using std::chrono::milliseconds;
  EXPECT_EQ(PrintDuration(milliseconds(0)), "0s");
  EXPECT_EQ(PrintDuration(milliseconds(1)), "1ms");
  EXPECT_EQ(PrintDuration(milliseconds(90'000)), "90s");
  EXPECT_EQ(PrintDuration(milliseconds(7'200'000)), "2h");
  EXPECT_EQ(PrintDuration(milliseconds(172'800'000)), "2d");
}

}  // namespace
}  // namespace tlswarden
