#include "report/report_reader.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "policy/ascii.h"
#include "policy/mail_address.h"
#include "report/gzip.h"
#include "report/mime.h"
#include "report/report_json.h"

namespace tlswarden {
namespace {

constexpr std::string_view kMboxLine = "From ";
// Real mail has two thousand octets and more: so many don't fit in.
constexpr int kMaxMails = 10000;
// Each may cost as much time as all of kMaxUnpackedOctets.
constexpr int kMaxBadFiles = 10;

// What was read so far, and how much more may be unpacked.
struct Reading {
  std::vector<ReceivedReport> reports;
  std::string problem;  // the first
  int bad_files = 0;    // that couldn't be unpacked
  std::size_t octets_left = kMaxUnpackedOctets;

  void Complain(std::string what) {
    if (problem.empty()) problem = std::move(what);
  }
};

// Whose header a report came with.
struct Origin {
  std::string from_domain;
  std::optional<std::vector<DkimSignature>> signatures;
};

// A report as it is or packed.
void ReadFile(std::string_view octets, const Origin& origin, Reading& reading) {
  if (reading.bad_files >= kMaxBadFiles) return;
  std::string unpacked;
  if (IsGzip(octets)) {
    Result<std::string> result = Gunzip(octets, reading.octets_left);
    if (!result) ++reading.bad_files;
    if (!result) return reading.Complain(result.error());
    unpacked = std::move(result).value();
    octets = unpacked;
  }
  if (octets.size() > reading.octets_left) {
    return reading.Complain("more than " + std::to_string(kMaxUnpackedOctets) +
                            " octets of reports");
  }
  reading.octets_left -= octets.size();
  Result<TlsReport> report = ParseReport(octets);
  if (!report) return reading.Complain(report.error());
  reading.reports.push_back({std::move(report).value(), origin.from_domain, origin.signatures});
}

bool MayBeReport(const MimePart& part) {
  static constexpr std::array<std::string_view, 5> kTypes = {
      "application/tlsrpt+gzip", "application/tlsrpt+json", "application/gzip",
      "application/x-gzip", "application/json"};
  const std::string name = LowerAscii(part.file_name);
  return std::find(kTypes.begin(), kTypes.end(), part.type) != kTypes.end() ||
         name.ends_with(".json") || name.ends_with(".json.gz");
}

std::vector<DkimSignature> SignaturesOf(const MimeMail& mail) {
  std::vector<DkimSignature> signatures;
  for (const std::string& field : mail.dkim_signatures) {
    Result<DkimSignature> signature = ParseDkimSignature(field);
    if (signature) signatures.push_back(std::move(signature).value());
  }
  return signatures;
}

void ReadMail(std::string_view octets, Reading& reading) {
  const Result<MimeMail> mail = ReadMime(octets);
  if (!mail) return reading.Complain("the mail has " + mail.error());
  const Origin inner{ParseMailAddress(mail->from).domain.ascii, std::nullopt};
  const Origin own{inner.from_domain, SignaturesOf(*mail)};
  bool any = false;
  for (const MimePart& part : mail->parts) {
    if (!MayBeReport(part)) continue;
    any = true;
    const Result<std::string> body = DecodedBody(part);
    if (body) {
      ReadFile(*body, part.of_inner_mail ? inner : own, reading);
    } else {
      reading.Complain("the mail's part has " + body.error());
    }
  }
  if (!any) {
    reading.Complain(
        "the mail has no report in it: neither a part of type application/tlsrpt+gzip or "
        "application/tlsrpt+json, nor a file whose name ends in .json or .json.gz");
  }
}

// Each mail begins behind a line that begins with "From " and follows an empty one.
void ReadMbox(std::string_view octets, Reading& reading) {
  std::size_t begin = 0;
  int mails = 0;
  bool after_empty = true;
  for (std::size_t at = 0; at < octets.size();) {
    const std::size_t next = std::min(octets.find('\n', at), octets.size() - 1) + 1;
    const std::string_view line = octets.substr(at, next - at);
    if (after_empty && line.starts_with(kMboxLine)) {
      if (++mails > kMaxMails) {
        return reading.Complain("more than " + std::to_string(kMaxMails) + " mails");
      }
      if (at > begin) ReadMail(octets.substr(begin, at - begin), reading);
      begin = next;
    }
    after_empty = line == "\n" || line == "\r\n";
    at = next;
  }
  ReadMail(octets.substr(begin), reading);
}

// The first line is a field of a header.
bool BeginsLikeMail(std::string_view octets) {
  const std::size_t colon = octets.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view name = octets.substr(0, colon);
  return std::all_of(name.begin(), name.end(), [](char c) { return c > 0x20 && c < 0x7f; }) &&
         IsAlpha(name[0]);
}

}  // namespace

Result<std::vector<ReceivedReport>> ReadReports(std::string_view octets) {
  if (octets.size() > kMaxReceivedOctets) {
    return Error{"more than " + std::to_string(kMaxReceivedOctets) + " octets"};
  }
  Reading reading;
  if (octets.starts_with(kMboxLine)) {
    ReadMbox(octets, reading);
  } else if (BeginsLikeMail(octets)) {
    ReadMail(octets, reading);
  } else {
    ReadFile(octets, Origin(), reading);
  }
  if (reading.reports.empty()) return Error{reading.problem};
  return std::move(reading.reports);
}

}  // namespace tlswarden
