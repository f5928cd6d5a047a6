namespace Ballast;

/// <summary>The function behind a layer, by which <see cref="Init.CalculateGain"/> goes.</summary>
public enum Nonlinearity
{
    /// <summary>None, or a convolution.</summary>
    Linear,

    /// <summary>The logistic function.</summary>
    Sigmoid,

    /// <summary>The hyperbolic tangent.</summary>
    Tanh,

    /// <summary>max(x, 0).</summary>
    ReLU,

    /// <summary>max(x, 0) with a slope below 0.</summary>
    LeakyReLU,

    /// <summary>The scaled exponential linear unit.</summary>
    SELU,
}

/// <summary>Which side of a weight's connections keeps its size in <see cref="Init.KaimingNormal"/> and
/// <see cref="Init.KaimingUniform"/>.</summary>
public enum FanMode
{
    /// <summary>The inputs of an output: values going forward.</summary>
    FanIn,

    /// <summary>The outputs of an input: gradients going back.</summary>
    FanOut,
}

/// <summary>Initial values of parameters, written over those that are there. PyTorch: <c>torch.nn.init</c>, with its draws: from the same seed the
/// same bits, but for <see cref="TruncNormal"/> and <see cref="Orthogonal"/>, which are within a few roundings.</summary>
/// <remarks>Each method returns the parameter. A generator of null is <see cref="Generator.Default"/>. Of a weight [out, in, ...] the fan in is in
/// times the size of the rest, the fan out is out times it.</remarks>
public static partial class Init
{
    /// <summary>Uniform from <paramref name="a"/> up to <paramref name="b"/>. PyTorch: <c>uniform_</c>.</summary>
    public static Parameter Uniform(Parameter tensor, double a = 0, double b = 1, Generator? generator = null)
    {
        (generator ?? Generator.Default).Uniform(tensor.Mutate(), (float)a, (float)b);
        return tensor;
    }

    /// <summary>Normal with a mean and a standard deviation. PyTorch: <c>normal_</c>.</summary>
    public static Parameter Normal(Parameter tensor, double mean = 0, double std = 1, Generator? generator = null)
    {
        (generator ?? Generator.Default).Normal(tensor.Mutate(), mean, std);
        return tensor;
    }

    /// <summary>One value everywhere. PyTorch: <c>constant_</c>.</summary>
    public static Parameter Constant(Parameter tensor, double val)
    {
        tensor.Mutate().Fill((float)val);
        return tensor;
    }

    /// <summary>1 everywhere. PyTorch: <c>ones_</c>.</summary>
    public static Parameter Ones(Parameter tensor) => Constant(tensor, 1);

    /// <summary>0 everywhere. PyTorch: <c>zeros_</c>.</summary>
    public static Parameter Zeros(Parameter tensor) => Constant(tensor, 0);

    /// <summary>A matrix with 1 on its diagonal and 0 elsewhere. PyTorch: <c>eye_</c>.</summary>
    /// <exception cref="ArgumentException">No matrix.</exception>
    public static Parameter Eye(Parameter tensor)
    {
        RequireMatrix(nameof(Eye), tensor);
        var values = tensor.Mutate();
        values.Clear();
        for (int i = 0; i < Math.Min(tensor.Shape[0], tensor.Shape[1]); i++)
            values[i * tensor.Shape[1] + i] = 1;
        return tensor;
    }

    /// <summary>A convolution's weight [out, in, ...] that passes its input on, channel by channel as far as they go, in each of some groups.
    /// PyTorch: <c>dirac_</c>.</summary>
    /// <param name="tensor">The weight, with one to three axes of the kernel.</param>
    /// <param name="groups">The groups of the convolution.</param>
    /// <exception cref="ArgumentException">Another number of axes, or outputs that the groups do not divide.</exception>
    public static Parameter Dirac(Parameter tensor, int groups = 1)
    {
        var shape = tensor.Shape;
        Throw.Unless(shape.Rank is >= 3 and <= 5, $"Init.Dirac: expected a convolution's weight of 3 to 5 axes, got {shape}.");
        Throw.Unless(groups > 0 && shape[0] % groups == 0, $"Init.Dirac: expected groups that divide the {shape[0]} outputs, got {groups}.");
        int size = 1, center = 0, each = shape[0] / groups;
        for (int axis = 2; axis < shape.Rank; axis++)
            (size, center) = (size * shape[axis], center * shape[axis] + shape[axis] / 2);
        var values = tensor.Mutate();
        values.Clear();
        for (int channel = 0; channel < shape[0]; channel++)
        {
            if (channel % each < shape[1])
                values[(channel * shape[1] + channel % each) * size + center] = 1;
        }

        return tensor;
    }

    /// <summary>Uniform with the standard deviation gain sqrt(2 / (fan in + fan out)) (Glorot &amp; Bengio 2010). PyTorch:
    /// <c>xavier_uniform_</c>.</summary>
    /// <exception cref="ArgumentException">Fewer than two axes.</exception>
    public static Parameter XavierUniform(Parameter tensor, double gain = 1, Generator? generator = null)
    {
        double bound = Math.Sqrt(3) * XavierDeviation(nameof(XavierUniform), tensor, gain);
        return Uniform(tensor, -bound, bound, generator);
    }

    /// <summary>Normal with the standard deviation gain sqrt(2 / (fan in + fan out)) (Glorot &amp; Bengio 2010). PyTorch:
    /// <c>xavier_normal_</c>.</summary>
    /// <exception cref="ArgumentException">Fewer than two axes.</exception>
    public static Parameter XavierNormal(Parameter tensor, double gain = 1, Generator? generator = null) =>
        Normal(tensor, 0, XavierDeviation(nameof(XavierNormal), tensor, gain), generator);

    static double XavierDeviation(string name, Parameter tensor, double gain)
    {
        var (fanIn, fanOut) = Fans(name, tensor);
        return gain * Math.Sqrt(2.0 / ((double)fanIn + fanOut));
    }

    /// <summary>Uniform with the standard deviation gain / sqrt(fan) (He et al. 2015). PyTorch: <c>kaiming_uniform_</c>.</summary>
    /// <param name="tensor">The weight.</param>
    /// <param name="a">The slope below 0 of a leaky ReLU.</param>
    /// <param name="mode">Which fan.</param>
    /// <param name="nonlinearity">The function behind the layer, which gives the gain.</param>
    /// <param name="generator">Where the draws come from.</param>
    /// <exception cref="ArgumentException">Fewer than two axes.</exception>
    public static Parameter KaimingUniform(
        Parameter tensor, double a = 0, FanMode mode = FanMode.FanIn, Nonlinearity nonlinearity = Nonlinearity.LeakyReLU,
        Generator? generator = null)
    {
        double bound = Math.Sqrt(3) * KaimingDeviation(nameof(KaimingUniform), tensor, a, mode, nonlinearity);
        return Uniform(tensor, -bound, bound, generator);
    }

    /// <summary>Normal with the standard deviation gain / sqrt(fan) (He et al. 2015). PyTorch: <c>kaiming_normal_</c>.</summary>
    /// <inheritdoc cref="KaimingUniform"/>
    public static Parameter KaimingNormal(
        Parameter tensor, double a = 0, FanMode mode = FanMode.FanIn, Nonlinearity nonlinearity = Nonlinearity.LeakyReLU,
        Generator? generator = null) =>
        Normal(tensor, 0, KaimingDeviation(nameof(KaimingNormal), tensor, a, mode, nonlinearity), generator);

    static double KaimingDeviation(string name, Parameter tensor, double a, FanMode mode, Nonlinearity nonlinearity)
    {
        var (fanIn, fanOut) = Fans(name, tensor);
        return CalculateGain(nonlinearity, a) / Math.Sqrt(mode == FanMode.FanIn ? fanIn : fanOut);
    }

    /// <summary>By what a function behind a layer asks the standard deviation to be multiplied: 1 for none and sigmoid, 5 / 3 for tanh, sqrt(2) for
    /// ReLU, sqrt(2 / (1 + slope^2)) for a leaky one, 3 / 4 for SELU. PyTorch: <c>calculate_gain</c>.</summary>
    /// <param name="nonlinearity">The function.</param>
    /// <param name="param">The slope of a leaky ReLU below 0; null for 0.01.</param>
    public static double CalculateGain(Nonlinearity nonlinearity, double? param = null)
    {
        double slope = param ?? 0.01;
        return nonlinearity switch
        {
            Nonlinearity.Tanh => 5.0 / 3,
            Nonlinearity.ReLU => Math.Sqrt(2),
            Nonlinearity.LeakyReLU => Math.Sqrt(2.0 / (1 + (slope * slope))),
            Nonlinearity.SELU => 3.0 / 4,
            _ => 1,
        };
    }

    static (long FanIn, long FanOut) Fans(string name, Parameter tensor)
    {
        var shape = tensor.Shape;
        Throw.Unless(shape.Rank >= 2 && shape.Length > 0,
            $"Init.{name}: expected a weight of two axes or more, [out, in, ...], got {shape}. Of a bias, take Uniform, Normal or Constant.");
        long field = shape.Length / shape[0] / shape[1];
        return (shape[1] * field, shape[0] * field);
    }

    static void RequireMatrix(string name, Parameter tensor) =>
        Throw.Unless(tensor.Shape.Rank == 2, $"Init.{name}: expected a matrix, got {tensor.Shape}.");
}
