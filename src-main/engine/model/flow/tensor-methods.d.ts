// Types of x.add(y) and its like; loading TensorFlow registers the methods themselves.
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops'
