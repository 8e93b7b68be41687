#include "milter/libmilter_actions.h"

#include <algorithm>
#include <string>

namespace tlswarden {
namespace {

// libmilter formats the text, so a '%' has to be doubled.
std::string Escaped(std::string_view text) {
  std::string escaped;
  for (char c : text) escaped += c == '%' ? "%%" : std::string(1, c);
  return escaped;
}

bool RemoveHeaders(SMFICTX* context, const HeaderRemoval& removal) {
  std::string name = removal.name;
  // From the last, since those behind a removed one move up.
  for (int place = removal.count; place > 0; --place) {
    if (smfi_chgheader(context, name.data(), place, nullptr) != MI_SUCCESS) return false;
  }
  return true;
}

bool AddHeader(SMFICTX* context, const Header& header) {
  std::string name = header.name;
  std::string value = header.value;
  return smfi_addheader(context, name.data(), value.data()) == MI_SUCCESS;
}

// First the new one: a message must never be without this recipient.
bool ChangeRecipient(SMFICTX* context, const RecipientChange& change) {
  std::string to = change.to;
  std::string from = change.from;
  std::string parameters = change.parameters;
  const int added = parameters.empty() ? smfi_addrcpt(context, to.data())
                                       : smfi_addrcpt_par(context, to.data(), parameters.data());
  return added == MI_SUCCESS && smfi_delrcpt(context, from.data()) == MI_SUCCESS;
}

}  // namespace

sfsistat Answer(SMFICTX* context, const Reply& reply) {
  if (reply.code.empty()) return SMFIS_CONTINUE;
  std::string code = reply.code;
  std::string enhanced = reply.enhanced;
  std::string text = Escaped(reply.text);
  std::string more = Escaped(reply.more);
  if (more.empty()) {
    smfi_setreply(context, code.data(), enhanced.data(), text.data());
  } else {
    smfi_setmlreply(context, code.data(), enhanced.data(), text.data(), more.data(), nullptr);
  }
  return reply.action == Action::kReject ? SMFIS_REJECT : SMFIS_TEMPFAIL;
}

bool Apply(SMFICTX* context, const EndOfMessage& end) {
  const auto apply = [context](auto call) {
    return [context, call](const auto& change) { return call(context, change); };
  };
  if (!std::all_of(end.remove.begin(), end.remove.end(), apply(RemoveHeaders))) return false;
  if (!std::all_of(end.add.begin(), end.add.end(), apply(AddHeader))) return false;
  if (!std::all_of(end.change.begin(), end.change.end(), apply(ChangeRecipient))) return false;
  if (end.quarantine.empty()) return true;
  std::string reason = end.quarantine;
  return smfi_quarantine(context, reason.data()) == MI_SUCCESS;
}

}  // namespace tlswarden
