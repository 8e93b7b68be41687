#include "report/mime.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "policy/ascii.h"
#include "policy/header_text.h"
#include "report/base64.h"

namespace tlswarden {
namespace {

using Problem = std::optional<std::string>;

std::string TooManyParts() { return "more than " + std::to_string(kMaxMimeParts) + " parts"; }

// Removes the first line, with its end, and returns it without.
std::string_view NextLine(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(rest.size(), end + 1));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// Of each field that matters here the first, of signatures some; unfolded.
struct Header {
  std::string type, encoding, disposition, from;
  std::vector<std::string> dkim_signatures;
};

std::string* Wanted(std::string_view name, Header& header) {
  const auto is = [&](std::string_view other) { return EqualsIgnoringCase(name, other); };
  if (is("DKIM-Signature")) {
    const bool is_one_too_many = header.dkim_signatures.size() == kMaxDkimSignatures;
    return is_one_too_many ? nullptr : &header.dkim_signatures.emplace_back();
  }
  std::string* field = is("Content-Type")                ? &header.type
                       : is("Content-Transfer-Encoding") ? &header.encoding
                       : is("Content-Disposition")       ? &header.disposition
                       : is("From")                      ? &header.from
                                                         : nullptr;
  return field != nullptr && field->empty() ? field : nullptr;
}

// Removes the header and the empty line behind it.
Header ReadHeader(std::string_view& rest) {
  Header header;
  std::string* field = nullptr;  // that folded lines go on with
  while (!rest.empty()) {
    const std::string_view line = NextLine(rest);
    if (line.empty()) break;
    std::string_view text = line;
    if (!IsBlank(line[0])) {
      const std::size_t colon = std::min(line.find(':'), line.size());
      field = Wanted(Trim(line.substr(0, colon)), header);
      text = Trim(line.substr(std::min(line.size(), colon + 1)));
    }
    if (field == nullptr) continue;
    field->append(text.substr(0, kMaxMimeFieldOctets - std::min(field->size(), text.size())));
    if (field->size() >= kMaxMimeFieldOctets) field = nullptr;
  }
  return header;
}

// A quoted string or a token; removes it and all up to the next parameter.
std::string TakeValue(std::string_view& rest) {
  std::string value;
  rest = Trim(rest);
  if (rest.starts_with('"')) {
    std::size_t at = 1;
    for (; at < rest.size() && rest[at] != '"'; ++at) {
      if (rest[at] == '\\' && at + 1 < rest.size()) ++at;
      value += rest[at];
    }
    rest.remove_prefix(std::min(rest.size(), at + 1));
  } else {
    value = Trim(rest.substr(0, rest.find(';')));
  }
  rest.remove_prefix(std::min(rest.size(), rest.find(';')));
  return value;
}

// A parameter of Content-Type or Content-Disposition. RFC 2231's pieces ("name*0", "name*1*") are
// put together in the order in which they come; their character set doesn't matter here.
std::string Parameter(std::string_view field, std::string_view wanted) {
  std::string value;
  std::string_view rest = field.substr(std::min(field.size(), field.find(';')));
  while (rest.starts_with(';')) {
    rest.remove_prefix(1);
    const std::size_t equals = std::min(rest.find_first_of("=;"), rest.size());
    const std::string_view name = Trim(rest.substr(0, equals));
    rest.remove_prefix(equals);
    if (!rest.starts_with('=')) continue;
    rest.remove_prefix(1);
    const std::string piece = TakeValue(rest);
    if (!EqualsIgnoringCase(name.substr(0, name.find('*')), wanted)) continue;
    value += name.ends_with('*') ? PercentDecoded(piece) : piece;
  }
  return value;
}

std::string TypeOf(const Header& header) {
  const std::string_view type =
      Trim(std::string_view(header.type).substr(0, header.type.find(';')));
  return type.empty() ? "text/plain" : LowerAscii(type);
}

MimePart Leaf(const Header& header, std::string_view body) {
  std::string name = Parameter(header.disposition, "filename");
  if (name.empty()) name = Parameter(header.type, "name");
  return {TypeOf(header), DecodeHeader(name), LowerAscii(Trim(header.encoding)), body, false};
}

// What stands between the delimiter lines (RFC 2046 section 5.1.1); one more than kMaxMimeParts at
// most. The line end in front of a delimiter belongs to it.
std::vector<std::string_view> Split(std::string_view body, const std::string& boundary) {
  std::vector<std::string_view> parts;
  const std::string delimiter = "--" + boundary;
  const char* begin = nullptr;
  std::string_view rest = body;
  while (!rest.empty() && parts.size() <= kMaxMimeParts) {
    const char* at = rest.data();
    std::string_view line = NextLine(rest);
    if (!line.starts_with(delimiter)) continue;
    line = Trim(line.substr(delimiter.size()));
    if (!line.empty() && line != "--") continue;
    if (begin != nullptr) {
      std::string_view part(begin, static_cast<std::size_t>(at - begin));
      if (part.ends_with('\n')) part.remove_suffix(1);
      if (part.ends_with('\r')) part.remove_suffix(1);
      parts.push_back(part);
    }
    begin = rest.data();
    if (line == "--") return parts;
  }
  if (begin != nullptr) parts.emplace_back(begin, rest.data() + rest.size() - begin);
  return parts;
}

Problem Collect(std::string_view entity, std::size_t depth, MimeMail& mail);

Problem CollectParts(const Header& header, std::string_view body, std::size_t depth,
                     MimeMail& mail) {
  const std::string boundary = Parameter(header.type, "boundary");
  if (boundary.empty()) return std::nullopt;
  const std::vector<std::string_view> parts = Split(body, boundary);
  if (parts.size() > kMaxMimeParts) return TooManyParts();
  for (const std::string_view part : parts) {
    if (Problem problem = Collect(part, depth + 1, mail)) return problem;
  }
  return std::nullopt;
}

Problem Collect(std::string_view entity, std::size_t depth, MimeMail& mail) {
  if (depth > kMaxMimeDepth) {
    return "parts more than " + std::to_string(kMaxMimeDepth) + " levels deep";
  }
  Header header = ReadHeader(entity);
  if (depth == 0) {
    mail.from = header.from;
    mail.dkim_signatures = std::move(header.dkim_signatures);
  }
  const std::string type = TypeOf(header);
  if (type.starts_with("multipart/")) return CollectParts(header, entity, depth, mail);
  if (type == "message/rfc822") {
    const auto before = static_cast<std::ptrdiff_t>(mail.parts.size());
    Problem problem = Collect(entity, depth + 1, mail);
    std::for_each(mail.parts.begin() + before, mail.parts.end(),
                  [](MimePart& part) { part.of_inner_mail = true; });
    return problem;
  }
  if (mail.parts.size() == kMaxMimeParts) return TooManyParts();
  mail.parts.push_back(Leaf(header, entity));
  return std::nullopt;
}

// RFC 2045 section 6.7. A '=' that begins nothing stays.
std::string DecodeQuotedPrintable(std::string_view text) {
  std::string decoded;
  while (!text.empty()) {
    const std::size_t plain = std::min(text.find('='), text.size());
    decoded += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.starts_with("=\n") || text.starts_with("=\r\n")) {
      NextLine(text);
    } else if (const int octet = HexOctet(text.substr(std::min<std::size_t>(text.size(), 1)));
               octet >= 0) {
      decoded += static_cast<char>(octet);
      text.remove_prefix(3);
    } else if (!text.empty()) {
      decoded += text[0];
      text.remove_prefix(1);
    }
  }
  return decoded;
}

// "Name <a@b>" or "a@b": the address.
std::string AddressOf(std::string_view from) {
  const std::size_t open = from.rfind('<');
  if (open == std::string_view::npos) return std::string(Trim(from));
  const std::string_view rest = from.substr(open + 1);
  return std::string(Trim(rest.substr(0, rest.find('>'))));
}

}  // namespace

Result<MimeMail> ReadMime(std::string_view octets) {
  MimeMail mail;
  if (const Problem problem = Collect(octets, 0, mail)) return Error{*problem};
  mail.from = AddressOf(mail.from);
  return mail;
}

Result<std::string> DecodedBody(const MimePart& part) {
  if (part.encoding == "base64") return DecodeBase64(part.body);
  if (part.encoding == "quoted-printable") return DecodeQuotedPrintable(part.body);
  return std::string(part.body);
}

}  // namespace tlswarden
