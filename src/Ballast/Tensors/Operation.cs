namespace Ballast;

/// <summary>One step of the computation that <see cref="Tensor.Backward()"/> walks back through: what went in, what came out,
/// and the rule that turns the gradient of the output into gradients of the inputs. Each operation is a class in a file of
/// its own, with its forward pass beside its rule.</summary>
abstract class Operation
{
    static int counter;

    Values gradient;

    protected Operation(Tensor? first, Tensor? second = null, Tensor? third = null)
    {
        First = first;
        Second = second;
        Third = third;
        Order = Interlocked.Increment(ref counter);
    }

    /// <summary>The inputs; operations have up to three.</summary>
    public Tensor? First { get; private set; }

    /// <inheritdoc cref="First"/>
    public Tensor? Second { get; private set; }

    /// <inheritdoc cref="First"/>
    public Tensor? Third { get; private set; }

    /// <summary>What came out.</summary>
    public Tensor Output { get; private set; } = null!;

    /// <summary>Later operations have larger numbers: going down the numbers is going back through the computation.
    /// </summary>
    public int Order { get; }

    /// <summary>Whether the walk in progress has met this operation.</summary>
    public bool Visited { get; set; }

    /// <summary>Whether <see cref="Release"/> has run: the rule cannot be applied again.</summary>
    public bool Released { get; private set; }

    /// <summary>Adds to the gradient of the output.</summary>
    public void Accumulate(Values more) => gradient = gradient.IsEmpty ? more : Sum(gradient, more, Output.Length);

    /// <summary>The gradient gathered so far, which the caller now owns.</summary>
    public Values TakeGradient()
    {
        var taken = gradient;
        gradient = default;
        return taken;
    }

    /// <summary>The rule: gives each input that wants one its gradient by <see cref="Give"/>.</summary>
    /// <param name="gradient">The gradient of the output, of the output's shape; this method owns it.</param>
    public abstract void Backward(Values gradient);

    /// <summary>Forgets the inputs and what the forward pass saved: the end of this operation's life. A loss that a caller
    /// keeps must not keep the whole network's results with it.</summary>
    public void Release()
    {
        ReleaseSaved();
        First = Second = Third = null;
        Released = true;
    }

    /// <summary>Lets go of what the forward pass saved for the rule.</summary>
    protected virtual void ReleaseSaved()
    {
    }

    /// <summary>Hands the result's values back before this operation's rule runs, where the pass does so behind it: the rule
    /// may then write over them.</summary>
    protected void ReleaseOutput() => Tensor.ReleaseEarly(Output);

    /// <summary>The result of the forward pass: a tensor that remembers this operation.</summary>
    protected Tensor Produce(Shape shape, Values values) => Output = new Tensor(shape, values, this);

    /// <summary>Whether an operation on these inputs has to be remembered.</summary>
    protected static bool Records(Tensor x, Tensor? y = null) =>
        Tensor.Recording && (x.RequiresGrad || y is { RequiresGrad: true });

    /// <summary>A new result F(x, y), for two tensors of one shape.</summary>
    protected static Values Zip<F>(Tensor x, Tensor y)
        where F : struct, Kernels.IBinary => Zip<F>(x.Buffer, y.Buffer, x.Length);

    /// <inheritdoc cref="Zip{F}(Tensor, Tensor)"/>
    protected static Values Zip<F>(Buffer x, Buffer y, int length)
        where F : struct, Kernels.IBinary
    {
        var result = Buffer.Rent(length);
        Kernels.Elementwise.Zip<F>(x.Span(length), y.Span(length), result.Span(length));
        return new Values(result);
    }

    /// <summary>Passes a gradient on to an input, which takes it over.</summary>
    protected static void Give(Tensor input, Values gradient)
    {
        if (input is Parameter { RequiresGrad: true } parameter)
            parameter.AccumulateGradient(gradient);
        else if (input.Producer is { } producer)
            producer.Accumulate(gradient);
        else
            gradient.Release();
    }

    /// <summary>a + b, taking over both.</summary>
    public static Values Sum(Values a, Values b, int length)
    {
        var order = a.Recipe is ChannelRecipe { Layout.Last: true } recipe ? new MemoryOrder(recipe.Layout) : default;
        var sum = order.ReadExclusive(a, length);
        var other = order.Read(b, length);
        Kernels.Elementwise.Zip<Kernels.Add>(sum.Span(length), other.Span(length), sum.Span(length));
        other.Release();
        return order.Values(sum);
    }
}
