using Ballast.Kernels;

namespace Ballast;

public partial class Tensor
{
    /// <summary>x + y, element by element; shapes broadcast as in NumPy. Whole numbers wrap round. Of two types, an operand is brought to
    /// the other one's: float32 before int64 before uint8 before bool.</summary>
    /// <exception cref="ArgumentException">Shapes that do not broadcast, or two bool or two uint8 tensors.</exception>
    public static Tensor operator +(Tensor x, Tensor y) => Backend.Current?.Apply("add", [x, y])
        ?? (TypedOperations.Promote(ref x, ref y) == ElementType.Float32
            ? AddOperation.Run(x, y, Broadcast("+", x, y))
            : TypedOperations.Integers<AddArithmetic>("+", x, y));

    /// <summary>x - y, element by element; shapes broadcast as in NumPy.</summary>
    /// <inheritdoc cref="operator +(Tensor, Tensor)"/>
    public static Tensor operator -(Tensor x, Tensor y) => Backend.Current?.Apply("subtract", [x, y])
        ?? (TypedOperations.Promote(ref x, ref y) == ElementType.Float32
            ? SubtractOperation.Run(x, y, Broadcast("-", x, y))
            : TypedOperations.Integers<SubtractArithmetic>("-", x, y));

    /// <summary>x y, element by element; shapes broadcast as in NumPy.</summary>
    /// <inheritdoc cref="operator +(Tensor, Tensor)"/>
    public static Tensor operator *(Tensor x, Tensor y) => Backend.Current?.Apply("multiply", [x, y])
        ?? (TypedOperations.Promote(ref x, ref y) == ElementType.Float32
            ? MultiplyOperation.Run(x, y, Broadcast("*", x, y))
            : TypedOperations.Integers<MultiplyArithmetic>("*", x, y));

    /// <summary>x / y, element by element; shapes broadcast as in NumPy. The quotient is float32 whatever the types.</summary>
    /// <exception cref="ArgumentException">Shapes that do not broadcast.</exception>
    public static Tensor operator /(Tensor x, Tensor y)
    {
        if (Backend.Current is { } other)
            return other.Apply("divide", [x, y]);
        (x, y) = (x.To(ElementType.Float32), y.To(ElementType.Float32));
        return DivideOperation.Run(x, y, Broadcast("/", x, y));
    }

    /// <summary>-x.</summary>
    public static Tensor operator -(Tensor x) => x.ElementType == ElementType.Int64 ? 0L - x : 0f - x;

    /// <summary>A number stands for a tensor of one value.</summary>
    public static implicit operator Tensor(float value) => new(Shape.Scalar, new Values(Buffer.Single(value)));

    /// <summary>A number stands for a tensor of one float32 value.</summary>
    public static implicit operator Tensor(double value) => (float)value;

    /// <summary>A whole number stands for a tensor of one int64 value; beside floats, for a float.</summary>
    public static implicit operator Tensor(long value) => new(Shape.Scalar, new Values(Buffer.Integer(value)));

    /// <summary>exp(x), element by element.</summary>
    public Tensor Exp() => Backend.Current?.Apply("exp", this) ?? ExpOperation.Run(this);

    /// <summary>The natural logarithm, element by element.</summary>
    public Tensor Log() => Backend.Current?.Apply("log", this) ?? LogOperation.Run(this);

    /// <summary>The square root, element by element.</summary>
    public Tensor Sqrt() => Backend.Current?.Apply("sqrt", this) ?? SqrtOperation.Run(this);

    /// <summary>max(x, 0), element by element.</summary>
    public Tensor Relu() => Backend.Current?.Apply("relu", this) ?? ActivationOperation.Run(this, Pointwise.Relu);

    /// <summary>x where x > 0, else <paramref name="negativeSlope"/> x. PyTorch: <c>F.leaky_relu</c>.</summary>
    public Tensor LeakyRelu(double negativeSlope = 0.01) => Backend.Current?.Apply("leaky_relu", this, ("negative_slope", negativeSlope))
        ?? ActivationOperation<Kernels.LeakyReluActivation>.Run(this, new((float)negativeSlope));

    /// <summary>x P(x), element by element, where P is the standard normal distribution; see <see cref="Ballast.Gelu"/>.
    /// PyTorch: <c>F.gelu</c>.</summary>
    public Tensor Gelu(GeluApproximation approximate = GeluApproximation.None) =>
        Backend.Current?.Apply("gelu", this, ("tanh", approximate == GeluApproximation.Tanh))
        ?? (approximate == GeluApproximation.None
            ? ActivationOperation<Kernels.GeluActivation>.Run(this)
            : ActivationOperation<Kernels.TanhGeluActivation>.Run(this));

    /// <summary>x / (1 + exp(-x)), element by element. PyTorch: <c>F.silu</c>.</summary>
    public Tensor Silu() => Backend.Current?.Apply("silu", this) ?? ActivationOperation<Kernels.SiluActivation>.Run(this);

    /// <summary>1 / (1 + exp(-x)), element by element.</summary>
    public Tensor Sigmoid() => Backend.Current?.Apply("sigmoid", this) ?? ActivationOperation<Kernels.SigmoidActivation>.Run(this);

    /// <summary>The error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x, element by element.</summary>
    public Tensor Erf() => Backend.Current?.Apply("erf", this) ?? ActivationOperation<Kernels.ErfActivation>.Run(this);

    /// <summary>The hyperbolic tangent, element by element.</summary>
    public Tensor Tanh() => Backend.Current?.Apply("tanh", this) ?? ActivationOperation<Kernels.TanhActivation>.Run(this);

    /// <summary>The sum of all values, as a tensor of one; of int64, uint8 and bool it is int64.</summary>
    public Tensor Sum() => WholeReductions.Takes(this) ? Sum([])
        : Backend.Current?.Apply("sum", this, ("axes", null), ("keep_axes", false)) ?? SumOperation.Run(this, 1);

    /// <summary>The mean of all values, as a tensor of one.</summary>
    public Tensor Mean() => Backend.Current?.Apply("mean", this, ("axes", null), ("keep_axes", false)) ?? SumOperation.Run(this, 1f / Length);

    /// <summary>The same values, in the same order, under another shape.</summary>
    /// <exception cref="ArgumentException">A shape of another number of values.</exception>
    public Tensor Reshape(Shape shape)
    {
        Throw.Unless(shape.Length == Length,
            $"Reshape: {shape} has {shape.Length} values, this tensor {Shape} has {Length}.");
        return ReshapeOperation.Run(this, shape);
    }

    /// <summary>The shape that two shapes broadcast to, as in NumPy.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    internal static Shape Broadcast(string name, Tensor x, Tensor y) => Broadcast(name, x.Shape, y.Shape);

    /// <inheritdoc cref="Broadcast(string, Tensor, Tensor)"/>
    internal static Shape Broadcast(string name, Shape x, Shape y)
    {
        if (x == y)
            return x;
        int rank = Math.Max(x.Rank, y.Rank);
        Span<int> sizes = stackalloc int[rank];
        for (int axis = 1; axis <= rank; axis++)
        {
            int a = axis <= x.Rank ? x[^axis] : 1, b = axis <= y.Rank ? y[^axis] : 1;
            if (a != b && a != 1 && b != 1)
                Throw.Argument($"{name}: the shapes {x} and {y} do not broadcast: {a} against {b}.");
            sizes[^axis] = a == 1 ? b : a;
        }

        return new Shape(sizes);
    }
}
