using System.Collections.Frozen;

namespace Ballast;

/// <summary>Operators that meant in ONNX's first versions what they mean in the seventh.</summary>
static class OldOperators
{
    /// <summary>The version from which all operators mean what is known here.</summary>
    public const int Since = 7;

    // Left out are those with a broadcasting of their own (Add, And, Equal, Gemm, PRelu, ...), another mode (BatchNormalization, Dropout) or other
    // inputs (RNN, Upsample, TopK).
    static readonly FrozenSet<string> Same = new[]
    {
        "Abs", "ArgMax", "ArgMin", "AveragePool", "Ceil", "Clip", "Constant", "Conv", "ConvTranspose", "DepthToSpace", "Elu", "Exp", "Flatten",
        "Floor", "Gather", "GlobalAveragePool", "GlobalLpPool", "GlobalMaxPool", "HardSigmoid", "Hardmax", "Identity", "InstanceNormalization",
        "LRN", "LeakyRelu", "Log", "LogSoftmax", "LpNormalization", "LpPool", "MatMul", "MaxPool", "Neg", "Not", "Pad", "Reciprocal",
        "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum",
        "ReduceSumSquare", "Relu", "Reshape", "Selu", "Shape", "Sigmoid", "Size", "Slice", "Softmax", "Softplus", "Softsign", "SpaceToDepth",
        "Sqrt", "Squeeze", "Tanh", "Transpose", "Unsqueeze",
    }.ToFrozenSet();

    /// <summary>Whether an operator of a version before <see cref="Since"/> means what it means from there on.</summary>
    /// <param name="name">The operator.</param>
    public static bool Mean(string name) => Same.Contains(name);
}
