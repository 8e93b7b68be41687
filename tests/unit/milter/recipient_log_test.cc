#include "milter/recipient_log.h"

#include <gtest/gtest.h>

namespace tlswarden {
namespace {

// Remembers "queue id recipient" of each record.
class Lines : public RecordSink {
 public:
  void Write(Record record) override {
    const auto& given = std::get<VerdictGiven>(record);
    lines.push_back((given.queue_id.empty() ? "-" : given.queue_id) + ' ' + given.recipient);
  }
  std::vector<std::string> lines;
};

VerdictGiven Given(std::string recipient, std::string queue_id, std::string reply = "") {
  VerdictGiven record;
  record.recipient = std::move(recipient);
  record.queue_id = std::move(queue_id);
  record.reply = std::move(reply);
  return record;
}

using Expected = std::vector<std::string>;

TEST(RecipientLog, HoldsAcceptedRecipientsUntilTheIdIsKnown) {
  Lines sink;
  RecipientLog log(sink);
  log.Add(Given("<a@b.test>", ""));
  log.Add(Given("<c@d.test>", ""));
  EXPECT_EQ(sink.lines, Expected{});
  log.Release("4Xk1Q2");
  EXPECT_EQ(sink.lines, (Expected{"4Xk1Q2 <a@b.test>", "4Xk1Q2 <c@d.test>"}));
  log.Release("other");
  EXPECT_EQ(sink.lines.size(), 2u) << "each once";
}

TEST(RecipientLog, RefusedRecipientsAreToldAtOnce) {
  Lines sink;
  RecipientLog log(sink);
  log.Add(Given("<a@b.test>", ""));
  log.Add(Given("<c@d.test>", "", "550 5.7.5"));
  EXPECT_EQ(sink.lines, Expected{"- <c@d.test>"});
  log.Release("4Xk1Q2");
  EXPECT_EQ(sink.lines.back(), "4Xk1Q2 <a@b.test>");
}

TEST(RecipientLog, WithAnIdThereIsNothingToWaitFor) {
  Lines sink;
  RecipientLog log(sink);
  log.Add(Given("<a@b.test>", "4Xk1Q2"));
  EXPECT_EQ(sink.lines, Expected{"4Xk1Q2 <a@b.test>"});
}

TEST(RecipientLog, IsBounded) {
  Lines sink;
  RecipientLog log(sink);
  for (std::size_t i = 0; i < kMaxHeldRecords; ++i) log.Add(Given("<a@b.test>", ""));
  EXPECT_TRUE(sink.lines.empty());
  log.Add(Given("<last@b.test>", ""));
  EXPECT_EQ(sink.lines, Expected{"- <last@b.test>"});
  log.Release("4Xk1Q2");
  EXPECT_EQ(sink.lines.size(), kMaxHeldRecords + 1);
}

TEST(RecipientLog, NothingIsLostWhenTheConnectionEnds) {
  Lines sink;
  { RecipientLog(sink).Add(Given("<a@b.test>", "")); }
  EXPECT_EQ(sink.lines, Expected{"- <a@b.test>"});
}

}  // namespace
}  // namespace tlswarden
