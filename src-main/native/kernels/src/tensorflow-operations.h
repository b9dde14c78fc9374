// Our convolutions as operations of TensorFlow's graphs.
#pragma once

namespace flowerbed {

/** Leaves newer instructions aside; before anything else is asked. */
void MakeDoWithAvx2();
/** Which instructions the operations use; null where this processor has none of them. */
const char *InstructionSet();
/** Whether products can be those of numbers rounded to bfloat16. */
bool HasBf16();

/** Makes the operations known to TensorFlow, once in a process; answers null or what went wrong. */
const char *RegisterOperations();

}  // namespace flowerbed
