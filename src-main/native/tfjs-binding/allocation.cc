/**
 * Separates two allocators where TensorFlow runs inside Electron (Linux).
 *
 * Electron's executable exports malloc, free, operator new and delete, and every library gets those, the C library's
 * own inner calls included. TensorFlow must not: a region of 1 GiB for its CPU arena ends the process there. So the
 * binding is opened with RTLD_DEEPBIND, which makes malloc and free of TensorFlow glibc's. What is left is memory
 * that one side allocates and the other frees; the libraries below the binding find these functions first:
 *
 *  - functions of the C and C++ libraries that allocate by an inner malloc (Electron's) what the caller frees (with
 *    glibc's): the same functions, on the caller's malloc;
 *  - operator new and delete: always the process's own, so that strings that libstdc++ allocates on behalf of one
 *    library can be freed by another that is not loaded this way (sharp, for one).
 *
 * Under plain Node both allocators are the same, and nothing here changes anything.
 */
#include <dlfcn.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <new>

namespace {

void *FindInProcess(const char *name) {
  // RTLD_DEFAULT would find the functions of this file: it searches the scope that this file is in.
  return dlsym(dlopen(nullptr, RTLD_NOW), name);
}

void *FindNext(const char *name) { return dlsym(RTLD_NEXT, name); }

/** Looks a function up at the first call; threads that do so at the same time find the same one. */
template <typename Function, void *(*find)(const char *), const char *name>
Function Found() {
  static void *found = nullptr;
  void *function = __atomic_load_n(&found, __ATOMIC_ACQUIRE);
  if (function == nullptr) {
    function = find(name);
    __atomic_store_n(&found, function, __ATOMIC_RELEASE);
  }
  return reinterpret_cast<Function>(function);
}

/** The function that the rest of the process calls by this name. */
template <typename Function, const char *name>
Function OfProcess() {
  return Found<Function, FindInProcess, name>();
}

/** The function that comes after the one of this file: the C library's. */
template <typename Function, const char *name>
Function Next() {
  return Found<Function, FindNext, name>();
}

using New = void *(*)(size_t);
using NewNothrow = void *(*)(size_t, const std::nothrow_t &);
using NewAligned = void *(*)(size_t, std::align_val_t);
using NewAlignedNothrow = void *(*)(size_t, std::align_val_t, const std::nothrow_t &);
using Delete = void (*)(void *);

constexpr char kNewName[] = "_Znwm";
constexpr char kNewNothrowName[] = "_ZnwmRKSt9nothrow_t";
constexpr char kNewAlignedName[] = "_ZnwmSt11align_val_t";
constexpr char kNewAlignedNothrowName[] = "_ZnwmSt11align_val_tRKSt9nothrow_t";
constexpr char kDeleteName[] = "_ZdlPv";
constexpr char kFreeName[] = "free";
constexpr char kGetcwdName[] = "getcwd";
constexpr char kRealpathName[] = "realpath";
constexpr char kBacktraceSymbolsName[] = "backtrace_symbols";
constexpr char kDemangleName[] = "__cxa_demangle";

void *ProcessNew(size_t size) {
  return OfProcess<New, kNewName>()(size);
}

void *ProcessNew(size_t size, const std::nothrow_t &tag) {
  return OfProcess<NewNothrow, kNewNothrowName>()(size, tag);
}

void *ProcessNew(size_t size, std::align_val_t alignment) {
  return OfProcess<NewAligned, kNewAlignedName>()(size, alignment);
}

void ProcessDelete(void *pointer) {
  OfProcess<Delete, kDeleteName>()(pointer);
}

}  // namespace

void *operator new(size_t size) { return ProcessNew(size); }
void *operator new[](size_t size) { return ProcessNew(size); }
void *operator new(size_t size, const std::nothrow_t &tag) noexcept { return ProcessNew(size, tag); }
void *operator new[](size_t size, const std::nothrow_t &tag) noexcept { return ProcessNew(size, tag); }
void *operator new(size_t size, std::align_val_t alignment) { return ProcessNew(size, alignment); }
void *operator new[](size_t size, std::align_val_t alignment) { return ProcessNew(size, alignment); }
void *operator new(size_t size, std::align_val_t alignment, const std::nothrow_t &tag) noexcept {
  return OfProcess<NewAlignedNothrow, kNewAlignedNothrowName>()(size, alignment, tag);
}
void *operator new[](size_t size, std::align_val_t alignment, const std::nothrow_t &tag) noexcept {
  return operator new(size, alignment, tag);
}

void operator delete(void *pointer) noexcept { ProcessDelete(pointer); }
void operator delete[](void *pointer) noexcept { ProcessDelete(pointer); }
void operator delete(void *pointer, size_t) noexcept { ProcessDelete(pointer); }
void operator delete[](void *pointer, size_t) noexcept { ProcessDelete(pointer); }
void operator delete(void *pointer, const std::nothrow_t &) noexcept { ProcessDelete(pointer); }
void operator delete[](void *pointer, const std::nothrow_t &) noexcept { ProcessDelete(pointer); }
void operator delete(void *pointer, std::align_val_t) noexcept { ProcessDelete(pointer); }
void operator delete[](void *pointer, std::align_val_t) noexcept { ProcessDelete(pointer); }
void operator delete(void *pointer, size_t, std::align_val_t) noexcept { ProcessDelete(pointer); }
void operator delete[](void *pointer, size_t, std::align_val_t) noexcept { ProcessDelete(pointer); }

extern "C" {

char *strdup(const char *text) noexcept {
  const size_t size = strlen(text) + 1;
  char *copy = static_cast<char *>(malloc(size));
  return copy == nullptr ? nullptr : static_cast<char *>(memcpy(copy, text, size));
}

int vasprintf(char **result, const char *format, va_list arguments) noexcept {
  va_list again;
  va_copy(again, arguments);
  const int length = vsnprintf(nullptr, 0, format, again);
  va_end(again);
  *result = length < 0 ? nullptr : static_cast<char *>(malloc(length + 1));
  return *result == nullptr ? -1 : vsnprintf(*result, length + 1, format, arguments);
}

int asprintf(char **result, const char *format, ...) noexcept {
  va_list arguments;
  va_start(arguments, format);
  const int length = vasprintf(result, format, arguments);
  va_end(arguments);
  return length;
}

char *getcwd(char *buffer, size_t size) noexcept {
  const auto function = Next<char *(*)(char *, size_t), kGetcwdName>();
  if (buffer != nullptr) return function(buffer, size);
  const size_t room = size == 0 ? PATH_MAX : size;
  char *own = static_cast<char *>(malloc(room));
  if (own == nullptr || function(own, room) != nullptr) return own;
  free(own);
  return nullptr;
}

char *realpath(const char *path, char *resolved) noexcept {
  const auto function = Next<char *(*)(const char *, char *), kRealpathName>();
  if (resolved != nullptr) return function(path, resolved);
  char *own = static_cast<char *>(malloc(PATH_MAX));
  if (own == nullptr || function(path, own) != nullptr) return own;
  free(own);
  return nullptr;
}

char **backtrace_symbols(void *const *addresses, int count) noexcept {
  const auto function = Next<char **(*)(void *const *, int), kBacktraceSymbolsName>();
  char **theirs = function(addresses, count);
  if (theirs == nullptr) return nullptr;
  size_t size = count * sizeof(char *);
  for (int i = 0; i < count; i++) size += strlen(theirs[i]) + 1;
  char **ours = static_cast<char **>(malloc(size));
  if (ours != nullptr) {
    char *text = reinterpret_cast<char *>(ours + count);
    for (int i = 0; i < count; i++) {
      ours[i] = strcpy(text, theirs[i]);
      text += strlen(text) + 1;
    }
  }
  OfProcess<Delete, kFreeName>()(theirs);
  return ours;
}

/** libstdc++ may have come with another library, on the other allocator: it gets a buffer and so allocates nothing. */
char *__cxa_demangle(const char *name, char *buffer, size_t *length, int *status) {
  const auto function = Next<char *(*)(const char *, char *, size_t *, int *), kDemangleName>();
  size_t room = 1 << 20;
  char *scratch = static_cast<char *>(malloc(room));
  char *result = nullptr;
  if (scratch != nullptr && function(name, scratch, &room, status) != nullptr) {
    const size_t needed = strlen(scratch) + 1;
    if (buffer != nullptr && length != nullptr && needed <= *length) {
      result = strcpy(buffer, scratch);
    } else {
      free(buffer);
      result = strdup(scratch);
      if (length != nullptr) *length = needed;
    }
  }
  free(scratch);
  return result;
}

}  // extern "C"
