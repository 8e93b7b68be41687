// overview_words: figures, days and summaries in words, the same on a terminal and on the page.
//
// Pure; whatever the locale.
#ifndef TLSWARDEN_REPORT_OVERVIEW_WORDS_H_
#define TLSWARDEN_REPORT_OVERVIEW_WORDS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "report/overview.h"

namespace tlswarden {

// "48,211"
std::string Grouped(std::int64_t number);

// "1 domain", "1,204 domains"
std::string Counted(std::int64_t number, std::string_view one, std::string_view many);

// "99.6 %" of `whole`. "100 %" and "0 %" are said of nothing less and nothing more.
std::string Share(std::int64_t part, std::int64_t whole);

// "25 Nov 2026"
std::string DayName(Day day);

// "27 Oct to 25 Nov 2026", or the one day.
std::string PeriodName(Day first, Day last);

// "25 Nov 2026, 10:07 UTC"
std::string MomentName(Time time);

// What the figures come to, in one or two sentences.
std::string Headline(const Overview& overview);
std::string ReceivedHeadline(const ReceivedOverview& received);

// What to do to have something counted, or received.
std::string_view NothingCounted();
std::string_view NothingReceived();

// Where counts by type and by session differ.
std::string_view TypesAreNotSessions();
// That sessions under two policy types aren't to be added up; empty where there is no reason to.
std::string_view TypesCountTwice(const ReceivedOverview& received);

// "sts, testing"; "unknown" where the report doesn't say.
std::string PolicyName(std::string_view type, std::string_view mode);

// "certificate-expired"; the term, or "unknown" where it is empty.
std::string_view TypeName(const FailureDetail& failure);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_OVERVIEW_WORDS_H_
