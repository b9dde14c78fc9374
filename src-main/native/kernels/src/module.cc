// The module as Node sees it: `register(threads, newest)` → { instructions: 'avx512' | 'avx2' | null, bf16: boolean }; without
// `newest` it makes do with AVX2, as on an older processor.
#include <node_api.h>

#include "tensorflow-operations.h"
#include "threads.h"

namespace {

napi_value Register(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value given[2] = {};
  int32_t threads = 1;
  bool newest = true;
  if (napi_get_cb_info(env, info, &count, given, nullptr, nullptr) != napi_ok ||
      napi_get_value_int32(env, given[0], &threads) != napi_ok || napi_get_value_bool(env, given[1], &newest) != napi_ok) {
    napi_throw_type_error(env, nullptr, "register needs a number of threads and whether to use the newest instructions");
    return nullptr;
  }
  if (!newest) flowerbed::MakeDoWithAvx2();
  const char *instructions = flowerbed::InstructionSet();
  flowerbed::SetThreads(threads);
  if (instructions) {
    const char *failure = flowerbed::RegisterOperations();
    if (failure) {
      napi_throw_error(env, nullptr, failure);
      return nullptr;
    }
  }
  napi_value result, name, bf16;
  napi_create_object(env, &result);
  if (instructions) napi_create_string_utf8(env, instructions, NAPI_AUTO_LENGTH, &name);
  else napi_get_null(env, &name);
  napi_get_boolean(env, flowerbed::HasBf16(), &bf16);
  napi_set_named_property(env, result, "instructions", name);
  napi_set_named_property(env, result, "bf16", bf16);
  return result;
}

}  // namespace

NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "register", NAPI_AUTO_LENGTH, Register, nullptr, &function);
  napi_set_named_property(env, exports, "register", function);
  return exports;
}
