// ledger_doors: a LedgerReader as the doors of ReportMaker.
#ifndef TLSWARDEN_REPORT_LEDGER_DOORS_H_
#define TLSWARDEN_REPORT_LEDGER_DOORS_H_

#include "report/ledger.h"
#include "report/report_maker.h"

namespace tlswarden {

// The reader must outlive the doors, and is used on their thread alone.
inline void ConnectLedger(LedgerReader& reader, MakerDoors& doors) {
  doors.domains = [&reader](Day day) { return reader.Domains(day); };
  doors.tallies = [&reader](Day day, const std::string& domain) {
    return reader.Tallies(day, domain);
  };
  doors.seen_record = [&reader](Day day, const std::string& domain) {
    return reader.TlsrptRecord(day, domain);
  };
}

}  // namespace tlswarden

#endif  // TLSWARDEN_REPORT_LEDGER_DOORS_H_
