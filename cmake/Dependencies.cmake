# Everything comes from Debian 12 packages; nothing is vendored or downloaded.
find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(ZLIB REQUIRED)
set(Boost_NO_WARN_NEW_VERSIONS ON)
find_package(Boost 1.81 REQUIRED COMPONENTS program_options json)
pkg_check_modules(CARES REQUIRED IMPORTED_TARGET libcares)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(IDN2 REQUIRED IMPORTED_TARGET libidn2)
pkg_check_modules(SYSTEMD REQUIRED IMPORTED_TARGET libsystemd)

find_path(MILTER_INCLUDE libmilter/mfapi.h REQUIRED)
find_library(MILTER_LIBRARY milter REQUIRED)
add_library(tlswarden_libmilter INTERFACE)
target_include_directories(tlswarden_libmilter SYSTEM INTERFACE ${MILTER_INCLUDE})
target_link_libraries(tlswarden_libmilter INTERFACE ${MILTER_LIBRARY} Threads::Threads)

# Asio is header-only and comes with Boost. Static analysis of its headers is not our business.
add_library(tlswarden_asio INTERFACE)
target_link_libraries(tlswarden_asio INTERFACE Boost::headers Threads::Threads)
target_compile_definitions(tlswarden_asio INTERFACE BOOST_ASIO_NO_DEPRECATED)
# GCC 12 sees a mismatch of new and delete in Asio's coroutine frames that isn't there.
target_compile_options(tlswarden_asio INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-mismatched-new-delete>)
