/**
 * TensorFlow's server of a cluster listens on all interfaces, has no authentication and runs any graph. Its libraries find
 * this `bind` first, which makes the address of all interfaces the loopback, unless FLOWERBED_WORKER_INTERFACES is `all`:
 * for a network that is private to the user, such as that of a cluster's job.
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

namespace {

using Bind = int (*)(int, const struct sockaddr *, socklen_t);

bool ListensAnywhere() {
  const char *setting = getenv("FLOWERBED_WORKER_INTERFACES");
  return setting != nullptr && strcmp(setting, "all") == 0;
}

/** The address of all interfaces as that of the loopback; false for any other. */
bool ToLoopback(const struct sockaddr *address, socklen_t length, sockaddr_storage *changed) {
  if (address == nullptr || length > sizeof *changed) return false;
  memcpy(changed, address, length);
  if (address->sa_family == AF_INET && length >= sizeof(sockaddr_in)) {
    auto *v4 = reinterpret_cast<sockaddr_in *>(changed);
    if (v4->sin_addr.s_addr != htonl(INADDR_ANY)) return false;
    v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return true;
  }
  if (address->sa_family == AF_INET6 && length >= sizeof(sockaddr_in6)) {
    auto *v6 = reinterpret_cast<sockaddr_in6 *>(changed);
    static const unsigned char kAny[16] = {};
    static const unsigned char kAnyV4[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};
    // A socket for both families reaches 127.0.0.1 by this form of it.
    static const unsigned char kLoopback[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1};
    if (memcmp(&v6->sin6_addr, kAny, 16) != 0 && memcmp(&v6->sin6_addr, kAnyV4, 16) != 0) return false;
    memcpy(&v6->sin6_addr, kLoopback, 16);
    return true;
  }
  return false;
}

}  // namespace

extern "C" int bind(int socket, const struct sockaddr *address, socklen_t length) noexcept {
  static Bind next = reinterpret_cast<Bind>(dlsym(RTLD_NEXT, "bind"));
  sockaddr_storage changed;
  if (!ListensAnywhere() && ToLoopback(address, length, &changed))
    return next(socket, reinterpret_cast<sockaddr *>(&changed), length);
  return next(socket, address, length);
}
