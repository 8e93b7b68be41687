// `tlswarden status` and `tlswarden cache purge`.
#include <filesystem>

#include "daemon/let_go.h"
#include "tests/unit/daemon/command_run.h"

namespace tlswarden {
namespace {

using std::chrono::days;

class StatusCommandTest : public CommandRun {
 protected:
  Ran Status() { return Run(StatusCommand); }
  Ran Purge(std::vector<std::string> domains) {
    domains.insert(domains.begin(), "purge");
    line.arguments = std::move(domains);
    return Run(CacheCommand);
  }
  // TLS on four days, the last of them yesterday, and none offered today.
  void LoseTls(const std::string& domain) {
    const Time now = WallClock();
    for (int ago = 4; ago > 0; --ago) Count(domain, 2, 0, now - days(ago));
    Count(domain, 0, 1, now);
  }
};

TEST_F(StatusCommandTest, WithoutAnyFile) {
  for (const bool of_trial : {false, true}) {
    line.would = of_trial;
    line.json = false;
    const Ran text = Status();
    EXPECT_EQ(text.code, 0) << text;
    EXPECT_NE(text.out, "");
    line.json = true;
    const Ran json = Status();
    EXPECT_EQ(json.code, 0) << json;
    EXPECT_TRUE(Json(json).is_object());
  }
}

TEST_F(StatusCommandTest, FilesThatCantBeRead) {
  for (const auto make : {MakeFolder, MakeText}) {
    for (const std::string& path : {ledger, would}) {
      make(path);
      line.would = path == would;
      const Ran ran = Status();
      EXPECT_EQ(ran.code, 75) << path << ran;
      EXPECT_NE(ran.err.find(path), std::string::npos) << ran;
      std::filesystem::remove(path);
    }
  }
}

TEST_F(StatusCommandTest, WhatIsTurnedOff) {
  TurnOff("ledger");
  EXPECT_EQ(Status().code, 0) << "nothing is remembered";
  EXPECT_EQ(Purge({"a.test"}).code, 2);
  TurnOff("would-log");
  line.arguments = {};
  line.would = true;
  const Ran ran = Status();
  EXPECT_EQ(ran.code, 2) << ran;
  EXPECT_NE(ran.err.find("would-log"), std::string::npos) << ran;
}

TEST_F(StatusCommandTest, ADomainThatLostItsTlsUntilItIsLetGo) {
  LoseTls("a.test");
  Ran ran = Status();
  EXPECT_EQ(ran.code, 0) << ran;
  EXPECT_NE(ran.out.find("tlswarden cache purge a.test"), std::string::npos) << ran;
  line.json = true;
  ran = Status();
  EXPECT_EQ(Json(ran).as_object().at("remembered-tls-missing").as_array().size(), 1u) << ran;
  ran = Purge({"A.test"});
  EXPECT_EQ(ran.code, 0) << ran;
  EXPECT_EQ(ran.out.substr(0, 7), "a.test:") << ran;
  line.arguments = {};
  ran = Status();
  EXPECT_EQ(ran.code, 0) << ran;
  EXPECT_TRUE(Json(ran).as_object().at("remembered-tls-missing").as_array().empty()) << ran;
}

TEST_F(StatusCommandTest, ADomainThatNobodyKnowsMayBeLetGo) {
  const Ran ran = Purge({"unknown.test",
                         "b\xc3\xbc"
                         "cher.example"});
  EXPECT_EQ(ran.code, 0) << ran;
  const Result<LetGoTimes> times = ReadLetGo(LetGoPath(ledger));
  ASSERT_TRUE(times.ok());
  EXPECT_EQ(times->size(), 2u);
  EXPECT_TRUE(times->contains("unknown.test"));
  EXPECT_TRUE(times->contains("xn--bcher-kva.example"));
}

TEST_F(StatusCommandTest, WrongUsageOfPurge) {
  for (const std::vector<std::string>& domains :
       {std::vector<std::string>{}, {""}, {"a b"}, {".."}, {"a.test", "-"}}) {
    const Ran ran = Purge(domains);
    EXPECT_EQ(ran.code, 2) << ran;
    EXPECT_NE(ran.err, "");
    EXPECT_EQ(ran.out, "");
    EXPECT_FALSE(std::filesystem::exists(LetGoPath(ledger))) << "all or none";
  }
  line.arguments = {"fill", "a.test"};
  EXPECT_EQ(Run(CacheCommand).code, 2);
  line.arguments = {};
  EXPECT_EQ(Run(CacheCommand).code, 2);
}

TEST_F(StatusCommandTest, AListThatCantBeReadOrWritten) {
  MakeFolder(LetGoPath(ledger));
  const Ran purged = Purge({"a.test"});
  EXPECT_EQ(purged.code, 75) << purged;
  EXPECT_NE(purged.err.find(LetGoPath(ledger)), std::string::npos) << purged;
  LoseTls("a.test");
  line.arguments = {};
  EXPECT_EQ(Status().code, 75);
}

}  // namespace
}  // namespace tlswarden
