// explanation: what each result type of RFC 8460 section 4.3 means, and what a person can do.
//
// Pure. Longer than the one line of WhatToDo (policy/alarm.h), which goes with one domain's alarm
// to the log; here is room, and the view of those who receive reports.
#ifndef TLSWARDEN_REPORT_EXPLANATION_H_
#define TLSWARDEN_REPORT_EXPLANATION_H_

#include <string_view>

namespace tlswarden {

// US-ASCII, sentences.
struct Explanation {
  std::string_view meaning;
  std::string_view theirs;  // what to do when a domain that we mail to fails so
  std::string_view ours;    // what to do when others report it about us
};

// Of a word that isn't the RFC's: that of validation-failure, with a meaning of its own.
Explanation Explain(std::string_view result_type);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_EXPLANATION_H_
