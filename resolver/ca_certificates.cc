#include "resolver/ca_certificates.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "policy/ascii.h"

namespace tlswarden {
namespace {

// OpenSSL's folder of certificates has them by names like 5ed36f99.0, and looks when it needs one.
bool HasCertificates(const std::string& folder) {
  constexpr std::size_t kHashOctets = 8;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.size() > kHashOctets + 1 && name[kHashOctets] == '.' && IsDigit(name.back())) {
      return true;
    }
  }
  return false;
}

// They are a list, with colons between them.
bool AnyHasCertificates(std::string_view folders) {
  while (!folders.empty()) {
    const std::string_view folder = folders.substr(0, folders.find(':'));
    folders.remove_prefix(std::min(folders.size(), folder.size() + 1));
    if (HasCertificates(std::string(folder))) return true;
  }
  return false;
}

}  // namespace

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

std::string TryCaCertificates(const std::string& ca_file) {
  namespace ssl = boost::asio::ssl;
  ssl::context context(ssl::context::tls_client);
  std::string wrong = LoadCaCertificates(ca_file, context);
  if (!wrong.empty()) return wrong;
  X509_STORE* store = SSL_CTX_get_cert_store(context.native_handle());
  if (sk_X509_OBJECT_num(X509_STORE_get0_objects(store)) > 0) return {};
  const auto path_of = [](const char* variable, const char* otherwise) {
    const char* given = std::getenv(variable);
    return std::string(given != nullptr ? given : otherwise);
  };
  const std::string folders = path_of(X509_get_default_cert_dir_env(), X509_get_default_cert_dir());
  if (AnyHasCertificates(folders)) return {};
  return "no certificate in " +
         path_of(X509_get_default_cert_file_env(), X509_get_default_cert_file()) + " or " + folders;
}

}  // namespace tlswarden
