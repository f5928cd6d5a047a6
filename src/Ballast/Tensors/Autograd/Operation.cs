namespace Ballast;

/// <summary>One step of the computation that <see cref="Tensor.Backward()"/> walks back through: what went in, what came out,
/// and the rule that turns the gradient of the output into gradients of the inputs. Each operation is a class in a file of
/// its own, with its forward pass beside its rule.</summary>
abstract class Operation
{
    static int counter;

    GradientSlot gradient;

    protected Operation(Tensor? first, Tensor? second = null, Tensor? third = null)
    {
        First = first;
        Second = second;
        Third = third;
        Order = Interlocked.Increment(ref counter);
    }

    /// <summary>The number of inputs.</summary>
    public virtual int Inputs => Third is not null ? 3 : Second is not null ? 2 : First is not null ? 1 : 0;

    /// <summary>The first input.</summary>
    public Tensor? First { get; private set; }

    /// <summary>The second input.</summary>
    public Tensor? Second { get; private set; }

    /// <summary>The third input.</summary>
    public Tensor? Third { get; private set; }

    /// <summary>One of the inputs; null where there was none, or when the operation is over.</summary>
    public virtual Tensor? Input(int index) => index switch
    {
        0 => First,
        1 => Second,
        _ => Third,
    };

    /// <summary>What came out; the first of several results.</summary>
    public Tensor Output { get; private set; } = null!;

    /// <summary>The number of results.</summary>
    public virtual int Outputs => Output is null ? 0 : 1;

    /// <summary>One of the results.</summary>
    public virtual Tensor OutputAt(int index) => Output;

    /// <summary>Later operations have larger numbers: going down the numbers is going back through the computation.
    /// </summary>
    public int Order { get; }

    /// <summary>Whether the walk in progress has met this operation.</summary>
    public bool Visited { get; set; }

    /// <summary>Whether <see cref="Release"/> has run: the rule cannot be applied again.</summary>
    public bool Released { get; private set; }

    /// <summary>Whether this stands for a tensor that gathers its own gradient: it stays when a pass is over.</summary>
    public virtual bool IsLeaf => false;

    /// <summary>The gradient gathered so far for one of the results.</summary>
    public virtual ref GradientSlot Gradient(int output) => ref gradient;

    /// <summary>Applies the rule to the gradients gathered so far.</summary>
    public virtual void RunBackward()
    {
        var taken = gradient.Take();
        if (!taken.IsEmpty)
            Backward(taken);
    }

    /// <summary>The rule of an operation with one result: gives each input that wants one its gradient by
    /// <see cref="Give(Tensor, Values)"/>.</summary>
    /// <param name="gradient">The gradient of the output, of the output's shape; this method owns it.</param>
    public abstract void Backward(Values gradient);

    /// <summary>Forgets the inputs and what the forward pass saved: the end of this operation's life. A loss that a caller
    /// keeps must not keep the whole network's results with it.</summary>
    public void Release()
    {
        ReleaseSaved();
        ForgetInputs();
        Released = true;
    }

    /// <summary>Forgets the inputs.</summary>
    protected virtual void ForgetInputs() => First = Second = Third = null;

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
    protected static bool Records(ReadOnlySpan<Tensor> inputs)
    {
        foreach (var input in inputs)
        {
            if (Records(input))
                return true;
        }

        return false;
    }

    /// <summary>Whether an operation on these inputs has to be remembered.</summary>
    protected static bool Records(Tensor x, Tensor? y = null) =>
        Tensor.Recording && (x.RequiresGrad || y is { RequiresGrad: true });

    /// <summary>A new result F(x, y), for memory of one length.</summary>
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
            producer.Gradient(input.OutputIndex).Add(gradient, input.Length);
        else
            gradient.Release();
    }

    /// <summary>Passes the gradient of some elements of an input on to it; the others' is zero. The gradient is taken over.</summary>
    /// <param name="input">The input.</param>
    /// <param name="region">Where the elements lie in a row-major input.</param>
    /// <param name="overlaps">Whether one element stands at several positions.</param>
    /// <param name="gradient">The gradient, of the region's shape.</param>
    protected static void Give(Tensor input, in Layout region, bool overlaps, Values gradient)
    {
        if (input is Parameter { RequiresGrad: true } parameter)
            parameter.AccumulateGradient(region, overlaps, gradient);
        else if (input.Producer is { } producer)
            producer.Gradient(input.OutputIndex).Add(region, overlaps, gradient, input.Length);
        else
            gradient.Release();
    }

    /// <summary>a + b, taking over both.</summary>
    public static Values Sum(Values a, Values b, int length)
    {
        if (a.Recipe is { IsElsewhere: true } there)
            return new Values(there.SumElsewhere(b, length));
        if (b.Recipe is { IsElsewhere: true } elsewhere)
            return new Values(elsewhere.SumElsewhere(a, length));
        var order = a.Recipe is { Order.Last: true } deferred ? new MemoryOrder(deferred.Order) : default;
        var sum = order.ReadExclusive(a, length);
        var other = order.Read(b, length);
        Kernels.Elementwise.Zip<Kernels.Add>(sum.Span(length), other.Span(length), sum.Span(length));
        other.Release();
        return order.Values(sum);
    }
}
