// mime: the parts of a mail (RFC 5322, 2045, 2046), as far as files in them need it.
//
// Pure. Own and small rather than a library: those of Debian 12 (GMime, VMime) bring GLib or a mail
// client along and have no limits of depth and number, which are what hostile mail is held by here.
#ifndef TLSWARDEN_REPORT_MIME_H_
#define TLSWARDEN_REPORT_MIME_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "policy/result.h"

namespace tlswarden {

inline constexpr std::size_t kMaxMimeDepth = 10;  // multiparts and mails inside of each other
inline constexpr std::size_t kMaxMimeParts = 100;
inline constexpr std::size_t kMaxMimeFieldOctets = 8192;  // of a longer one, the first part
inline constexpr std::size_t kMaxDkimSignatures = 10;     // each relay may add one

struct MimePart {
  std::string type;            // in lower case; "text/plain" where the mail says nothing
  std::string file_name;       // of Content-Disposition, else of Content-Type; empty: none
  std::string encoding;        // Content-Transfer-Encoding in lower case; empty: none
  std::string_view body;       // as the mail has it
  bool of_inner_mail = false;  // of a message/rfc822, such as what was forwarded or came back
};

struct MimeMail {
  std::string from;                          // the address of the first From field; empty: none
  std::vector<std::string> dkim_signatures;  // the mail's own, unfolded; the first ones
  std::vector<MimePart> parts;  // all that have no parts in them; also those of mails in the mail
};

// Lines end in LF or CRLF. What isn't well-formed is read as far as it makes sense: a part without
// its end goes to the end of what holds it. Errors: beyond kMaxMimeDepth or kMaxMimeParts.
// The parts point into `mail`.
Result<MimeMail> ReadMime(std::string_view mail);

// base64 and quoted-printable are decoded, others stay. Never longer than the part.
// Errors: it isn't base64.
Result<std::string> DecodedBody(const MimePart& part);

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_MIME_H_
