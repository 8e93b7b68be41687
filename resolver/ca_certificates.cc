#include "resolver/ca_certificates.h"

#include <openssl/err.h>

#include <fstream>

namespace tlswarden {

std::string LoadCaCertificates(const std::string& ca_file, boost::asio::ssl::context& context) {
  boost::system::error_code error;
  if (ca_file.empty()) {
    context.set_default_verify_paths(error);
    return error ? "no CA certificates: " + error.message() : std::string();
  }
  if (!std::ifstream(ca_file)) return "can't read the CA file " + ca_file;
  context.load_verify_file(ca_file, error);
  ERR_clear_error();
  return error ? "no certificate in the CA file " + ca_file : std::string();
}

}  // namespace tlswarden
