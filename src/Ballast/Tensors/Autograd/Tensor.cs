using System.Globalization;
using System.Text;

namespace Ballast;

/// <summary>An array of 32-bit floats, dense and row-major, that remembers how it was computed, so that
/// <see cref="Backward()"/> can give every <see cref="Parameter"/> behind it its gradient.</summary>
/// <remarks>
/// A tensor's values never change. Nothing has to be disposed of: large memory is lent from a pool and goes back to it. The
/// results that a training step computes between its input and its loss go back when <see cref="Backward()"/> has run
/// through them; the loss itself and its terms stay. What the loss was computed from stays until the next
/// <see cref="Backward()"/>, back to the results of modules, as do the results of networks, what they were called with, and a
/// result of several values that a pass started from. Reading what is gone throws, and says to keep it with <see cref="Detach"/>.
/// PyTorch: <c>torch.Tensor</c>.
/// </remarks>
public partial class Tensor
{
    Values values;
    int generation;
    int marks; // the output's index, and flags above it

    internal Tensor(Shape shape, Values values, Operation? producer = null, int outputIndex = 0)
    {
        Shape = shape;
        if (Deferred.IsOff && !values.IsEmpty)
            values = values.Settle(shape);
        this.values = values;
        generation = values.Buffer?.Generation ?? 0;
        Producer = producer;
        marks = checked((ushort)outputIndex);
        ThreadMemory.EndOperation();
        MadeTensors.Note(this);
    }

    /// <summary>A tensor without values of its own.</summary>
    private protected Tensor(Shape shape) => Shape = shape;

    /// <summary>The sizes of the axes, outermost first.</summary>
    public Shape Shape { get; }

    /// <summary>How many values there are.</summary>
    public int Length => Shape.Length;

    /// <summary>Whether <see cref="Backward()"/> reaches this tensor: it is a parameter that is not frozen, it was told so, or it was
    /// computed from such a one. Data that are told so gather a gradient of their own in <see cref="Grad"/>.</summary>
    /// <exception cref="InvalidOperationException">Set for a tensor that was computed: only what nothing computed, data and parameters,
    /// can be told.</exception>
    public virtual bool RequiresGrad
    {
        get => Producer is not null;
        set => AskForGradient(value);
    }

    /// <summary>The type of the elements. PyTorch: <c>dtype</c>.</summary>
    public ElementType ElementType => Held.Type;

    /// <summary>The operation that computed this tensor, where gradients are recorded.</summary>
    internal Operation? Producer { get; private set; }

    /// <summary>Which of the producer's results this is.</summary>
    internal int OutputIndex => marks & 0xFFFF;

    /// <summary>The tensor whose values these are: this one, unless it is a <see cref="TensorView"/>.</summary>
    internal virtual Tensor Root => this;

    /// <summary>Whether a backward pass has used these values as data: their memory may be lent again by whoever made them.
    /// </summary>
    internal bool Consumed
    {
        get => (Root.marks & ConsumedMark) != 0;
        set => Root.Mark(ConsumedMark, value);
    }

    /// <summary>Whether these are values between two modules that nothing behind them learns from: a backward pass that has used
    /// them as data hands them back.</summary>
    internal bool Passing
    {
        get => (Root.marks & PassingMark) != 0;
        set => Root.Mark(PassingMark, value);
    }

    /// <summary>Whether a module of the program's own was given these values or made them: it may have kept them, so that only the
    /// garbage collector can tell when they are done with.</summary>
    internal bool IsSeen
    {
        get => (Root.marks & SeenMark) != 0;
        set => Root.Mark(SeenMark, value);
    }

    /// <summary>Whether a backward pass leaves these values as they are, until the next one begins: the program is likely to read them.</summary>
    internal bool IsKept
    {
        get => (Root.marks & KeptMark) != 0;
        set => Root.Mark(KeptMark, value);
    }

    /// <summary>Whether a module that the program called gave these values.</summary>
    internal bool IsResult
    {
        get => (marks & ResultMark) != 0;
        set => Mark(ResultMark, value);
    }

    const int ConsumedMark = 1 << 16, PassingMark = 1 << 17, SeenMark = 1 << 18, KeptMark = 1 << 19, ResultMark = 1 << 20;

    // Several threads may run modules on one tensor.
    void Mark(int mark, bool value)
    {
        if (value)
            Interlocked.Or(ref marks, mark);
        else
            Interlocked.And(ref marks, ~mark);
    }

    /// <summary>The values in memory that stays at one address for as long as it is held.</summary>
    internal Buffer PinnedBuffer
    {
        get
        {
            var buffer = Buffer;
            if (!buffer.IsPinned)
            {
                float value = buffer.Span(1)[0];
                Root.values = new Values(Buffer.Rent(1));
                Root.generation = Root.values.Buffer!.Generation;
                Root.values.Buffer.Span(1)[0] = value;
            }

            return Buffer;
        }
    }

    /// <summary>The same values without their history, kept for as long as the caller likes: no backward pass hands them
    /// back. Nothing is copied.</summary>
    public Tensor Detach() => new(Shape, Values.Hold());

    /// <summary>A copy of the values without their history.</summary>
    public Tensor Clone() => new(Shape, Recipe is { IsElsewhere: true } ? Values.Hold() : new Values(Loops.RowMajor(Operand)));

    /// <summary>Hands the values back: whoever still reads them is told so.</summary>
    internal void ReleaseValues()
    {
        var root = Root;
        if (root.generation == Gone)
            return;
        if (root.values.Buffer is not { } buffer || buffer.Generation == root.generation)
            root.values.Release();
        if (root.values.Recipe is not null)
            root.values = new Values(NoBuffer);
        root.generation = Gone;
    }

    /// <summary>The values to write over in place. If something else holds them (a graph that still needs the old weights, a
    /// detached tensor), it keeps what it has and this tensor gets memory of its own first.</summary>
    internal Span<float> Mutate() => Own(Buffer).Span(Length);

    /// <summary>Writes the values of another tensor of this one's type and shape over these.</summary>
    internal void Assign(Tensor values)
    {
        if (values.Recipe is { IsElsewhere: true })
        {
            Adopt(values);
            return;
        }

        var from = values.Memory;
        int bytes = Length * from.Type.Size();
        from.Bytes(bytes).CopyTo(Own(Memory).Bytes(bytes));
    }

    Buffer Own(Buffer mine)
    {
        if (Root.values.Recipe is { } elsewhere)
        {
            Root.values = new Values(mine.Hold());
            Root.generation = mine.Generation;
            elsewhere.Release();
        }

        if (!mine.IsExclusive)
        {
            int bytes = Length * mine.Type.Size();
            var copy = Buffer.Rent(mine.Type, Length);
            mine.Bytes(bytes).CopyTo(copy.Bytes(bytes));
            mine.Release();
            mine = copy;
            Root.values = new Values(mine);
            Root.generation = mine.Generation;
        }

        return mine;
    }

    const int Gone = -1;
    static readonly Buffer NoBuffer = Buffer.Rent(1);

    void ThrowGone() => Throw.InvalidOperation(Consumed && !Passing
        ? $"The values of this tensor {Shape} are gone: its batch was trained on, and the loader has moved on. "
            + "To keep them for longer, keep Detach(), taken when the batch came."
        : $"The values of this tensor {Shape} are gone: a backward pass, or a Sequential no gradient goes back "
            + "through, was done with it and its memory went back to the pool. "
            + "To keep a result for longer, keep result.Detach(), taken when it was made.");

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    void ThrowType(ElementType type) => Throw.InvalidOperation(
        $"Expected a tensor of float32 values, got {type.Name()} {Shape}. Convert it with To(ElementType.Float32), or read it with AsSpan<T>().");

    /// <summary>The shape and the first values.</summary>
    public override string ToString() => ElementType switch
    {
        ElementType.Int64 => Describe<long>(),
        ElementType.Bool => Describe<bool>(),
        ElementType.UInt8 => Describe<byte>(),
        ElementType.Float64 => Describe<double>(),
        _ => Describe<float>(),
    };

    string Describe<T>()
        where T : unmanaged
    {
        string type = typeof(T) == typeof(float) ? "" : $" {ElementType.Name()}";
        var text = new StringBuilder($"Tensor{type} {Shape} [");
        var values = Memory.Span<T>(Length);
        for (int i = 0; i < Math.Min(values.Length, 8); i++)
            text.Append(CultureInfo.InvariantCulture, $"{(i > 0 ? ", " : "")}{values[i]:G6}");
        return text.Append(values.Length > 8 ? ", ...]" : "]").ToString();
    }
}
