// The `v=…; name=value; …` syntax that the TXT records of RFC 8461 section 3.1 and RFC 8460
// section 3 share, and the character classes of RFC 8461's ABNF.
#ifndef TLSWARDEN_POLICY_TAG_LIST_H_
#define TLSWARDEN_POLICY_TAG_LIST_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/result.h"

namespace tlswarden {

// True for `version` followed by blanks and a semicolon: the record claims to be one of ours.
// RFC 8461's prose forbids the blanks and its ABNF allows them; the ABNF is followed.
bool HasVersion(std::string_view text, std::string_view version);

// The fields after the version, in order. Checks names and values by the ABNF.
// REQUIRES: HasVersion(text, version).
Result<std::vector<std::pair<std::string_view, std::string_view>>> ParseTagList(
    std::string_view text, std::string_view version);

// The one text that claims to be a record of `version`, which begins with "v=". nullptr: none does.
// Errors: several do (RFC 8461 section 3.1, RFC 8460 section 3).
Result<const std::string*> SelectSole(const std::vector<std::string>& texts,
                                      std::string_view version);

// sts-ext-name and sts-policy-ext-name: ALNUM and up to 31 more of ALNUM, '_', '-', '.'.
bool IsExtensionName(std::string_view text);

// What the two RFCs say of an extension's value, which has neither '=' nor blanks.
// REQUIRES: `text` is a value of ParseTagList.
bool IsExtensionValue(std::string_view text);

}  // namespace tlswarden

#endif  // TLSWARDEN_POLICY_TAG_LIST_H_
