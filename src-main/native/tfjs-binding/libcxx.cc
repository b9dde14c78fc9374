// The parts of libc++ that the binding needs; linking all of libc++ would mean to compile it first, which takes minutes.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <string>

template class std::basic_string<char>;

namespace std {
inline namespace __1 {

/** Called instead of throwing an exception: std::length_error, for one. */
void __libcpp_verbose_abort(const char *format, ...) noexcept {
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  abort();
}

}  // namespace __1
}  // namespace std
