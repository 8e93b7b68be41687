// A door in a process of its own, since libmilter has one for each.
#ifndef TLSWARDEN_TESTS_UNIT_MILTER_DOOR_PROCESS_H_
#define TLSWARDEN_TESTS_UNIT_MILTER_DOOR_PROCESS_H_

#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "milter/milter_door.h"
#include "tests/unit/milter/message.h"

namespace tlswarden {

class FakeResolver : public Resolver {
 public:
  EvidencePtr Cached(const NextHop& next_hop) const override { return EvidenceOf(next_hop); }
  void AskAsync(const NextHop& next_hop, Callback callback) override {
    callback(EvidenceOf(next_hop));
  }
  Time Now() const override { return kNow; }
};

class NoLog : public RecordSink {
 public:
  void Write(Record) override {}
};

class Door {
 public:
  explicit Door(PerMessage how = PerMessage::kPostfix, std::vector<Rule> rules = {},
                OnFailure on_failure = OnFailure::kDefer, std::string_view local_domain = "",
                bool learn = false)
      : learn_(learn) {
    if (!local_domain.empty()) {
      session_.local_domains.Add(ParseDomainPattern(local_domain).value());
    }
    session_.per_message = how;
    char name[] = "/tmp/tlswarden-door-XXXXXX";
    folder_ = mkdtemp(name);
    int answers[2], questions[2];
    EXPECT_EQ(pipe(answers), 0);
    EXPECT_EQ(pipe(questions), 0);
    pid_ = fork();
    if (pid_ == 0) Serve(std::move(rules), on_failure, questions[0], answers[1]);
    close(answers[1]);
    close(questions[0]);
    answer_ = answers[0];
    ask_ = questions[1];
    char octet = 0;
    EXPECT_EQ(read(answer_, &octet, 1), 1) << "the door doesn't open";
  }
  ~Door() {
    EXPECT_EQ(waitpid(pid_, nullptr, WNOHANG), 0) << "the door's process has ended";
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    close(ask_);
    close(answer_);
    for (const char* file : {"/s", "/s.lock"}) unlink((folder_ + file).c_str());
    rmdir(folder_.c_str());
  }
  Door(const Door&) = delete;
  Door& operator=(const Door&) = delete;

  std::string path() const { return folder_ + "/s"; }

  // What the door's process has allocated and not freed. Not what it occupies: that depends on
  // which of malloc's arenas its threads took from, and swings by tens of megabytes.
  std::size_t KibInUse() const {
    std::size_t octets = 0;
    EXPECT_EQ(write(ask_, "?", 1), 1);
    EXPECT_EQ(read(answer_, &octets, sizeof(octets)), static_cast<ssize_t>(sizeof(octets)));
    return octets / 1024;
  }

 private:
  static void TellInUse(int questions, int answers) {
    char octet = 0;
    while (read(questions, &octet, 1) == 1) {
      const struct mallinfo2 heap = mallinfo2();
      const std::size_t octets = heap.uordblks + heap.hblkhd;
      if (write(answers, &octets, sizeof(octets)) != sizeof(octets)) return;
    }
  }

  [[noreturn]] void Serve(std::vector<Rule> rules, OnFailure on_failure, int questions,
                          int answers) const {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    FakeResolver resolver;
    NoLog log;
    Orders wanted;
    wanted.outbound.on_failure = on_failure;
    wanted.outbound.learn = learn_;
    wanted.outbound.rules = Rules(std::move(rules));
    const CurrentOrders orders(wanted);
    MilterOptions options;
    options.unix_path = path();
    options.socket = "unix:" + path();
    options.session = session_;
    options.note_tags = [](const std::string& queue_id, const std::vector<RecipientTag>&) {
      return queue_id == "4Xk1Q2";
    };
    options.failed_lately = [](const Domain& domain) -> std::vector<LatelyHost> {
      if (!domain.ascii.starts_with("sts.")) return {};
      return {{"mx." + domain.ascii, ResultType::kCertificateExpired, 3, kNow, kNow}};
    };
    const auto door = MilterDoor::Open(options, resolver, orders, log);
    if (!door) _exit(1);
    if (write(answers, "!", 1) != 1) _exit(1);
    std::thread(TellInUse, questions, answers).detach();
    (*door)->Run();
    _exit(0);
  }

  SessionOptions session_;
  bool learn_ = false;
  std::string folder_;
  pid_t pid_ = 0;
  int ask_ = -1;
  int answer_ = -1;
};

}  // namespace tlswarden

#endif  // TLSWARDEN_TESTS_UNIT_MILTER_DOOR_PROCESS_H_
