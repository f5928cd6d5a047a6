using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Ballast;

/// <summary>Reads a pickle of protocol 2 to 5 as data. Nothing is executed: a name stays a name, and what a call of it would give is up to
/// <see cref="TorchObjects"/>, which knows a few and refuses the others. There is no recursion, and no more memory than the pickle's length
/// explains.</summary>
/// <param name="input">The pickle.</param>
/// <param name="objects">What the names stand for.</param>
sealed class Unpickler(PickleInput input, TorchObjects objects)
{
    const int MostValues = 4_000_000;
    const int LongestNumber = 1024; // bytes of a Python int

    readonly List<object?> stack = [];
    readonly List<int> marks = [];
    readonly Dictionary<int, object?> memo = [];

    /// <summary>The number of values made so far.</summary>
    public int Made { get; private set; }

    /// <summary>Runs through the pickle up to its end, and returns its value.</summary>
    /// <exception cref="InvalidDataException">It is damaged, of another protocol, or has something in it that is not allowed.</exception>
    public object? Read()
    {
        if (input.Byte() != (byte)PickleCode.Proto || input.Byte() is not (>= 2 and <= 5))
            input.Fail("does not begin with a protocol from 2 to 5");
        while (true)
        {
            var code = (PickleCode)input.Byte();
            if (code == PickleCode.Stop)
            {
                object? value = Pop();
                if (stack.Count > 0 || marks.Count > 0)
                    input.Fail("ends with values left over");
                return value;
            }

            if (!TryPush(code) && !TryCollect(code))
                Do(code);
        }
    }

    // The operations that bring a value of their own.
    bool TryPush(PickleCode code)
    {
        switch (code)
        {
            case PickleCode.None: Push(null); break;
            case PickleCode.NewTrue: Push(true); break;
            case PickleCode.NewFalse: Push(false); break;
            case PickleCode.BinInt: Push((long)input.Int32()); break;
            case PickleCode.BinInt1: Push((long)input.Byte()); break;
            case PickleCode.BinInt2: Push((long)input.UInt16()); break;
            case PickleCode.Long1: PushNumber(Number(input.Byte())); break;
            case PickleCode.Long4: PushNumber(Number(input.Int32())); break;
            case PickleCode.BinFloat: Push(BinaryPrimitives.ReadDoubleBigEndian(input.Bytes(sizeof(double)))); break;
            // Python 2's str: bytes that stand for text.
            case PickleCode.BinString: Push(Encoding.Latin1.GetString(input.Bytes(input.Int32()))); break;
            case PickleCode.ShortBinString: Push(Encoding.Latin1.GetString(input.Bytes(input.Byte()))); break;
            case PickleCode.BinUnicode: Push(input.Text((uint)input.Int32())); break;
            case PickleCode.ShortBinUnicode: Push(input.Text(input.Byte())); break;
            case PickleCode.BinUnicode8: Push(input.Text(input.Int64())); break;
            case PickleCode.BinBytes: Push(input.Bytes((uint)input.Int32())); break;
            case PickleCode.ShortBinBytes: Push(input.Bytes(input.Byte())); break;
            case PickleCode.BinBytes8 or PickleCode.ByteArray8: Push(input.Bytes(input.Int64())); break;
            case PickleCode.EmptyList or PickleCode.EmptySet: Push(new PickleList(isTuple: false, [])); break;
            case PickleCode.EmptyTuple: Push(new PickleList(isTuple: true, [])); break;
            case PickleCode.EmptyDict: Push(new PickleMapping()); break;
            case PickleCode.Global: Push(new PickleGlobal(input.Line(), input.Line())); break;
            default: return false;
        }

        return true;
    }

    // The operations that put values together.
    bool TryCollect(PickleCode code)
    {
        switch (code)
        {
            case PickleCode.Tuple1: Push(new PickleList(isTuple: true, PopMany(1))); break;
            case PickleCode.Tuple2: Push(new PickleList(isTuple: true, PopMany(2))); break;
            case PickleCode.Tuple3: Push(new PickleList(isTuple: true, PopMany(3))); break;
            case PickleCode.Tuple: Push(new PickleList(isTuple: true, PopToMark())); break;
            case PickleCode.List or PickleCode.FrozenSet: Push(new PickleList(isTuple: false, PopToMark())); break;
            case PickleCode.Append: Extend(PopMany(1)); break;
            case PickleCode.Appends or PickleCode.AddItems: Extend(PopToMark()); break;
            case PickleCode.SetItem: SetItems(PopMany(2)); break;
            case PickleCode.SetItems: SetItems(PopToMark()); break;
            case PickleCode.Dict:
                var items = PopToMark();
                Push(new PickleMapping());
                SetItems(items);
                break;
            default: return false;
        }

        return true;
    }

    void Do(PickleCode code)
    {
        switch (code)
        {
            case PickleCode.Mark: marks.Add(stack.Count); break;
            case PickleCode.Pop: Pop(); break;
            case PickleCode.PopMark: PopToMark(); break;
            case PickleCode.Dup: Push(Top()); break;
            case PickleCode.BinPut: memo[input.Byte()] = Top(); break;
            case PickleCode.LongBinPut: memo[input.Int32()] = Top(); break;
            case PickleCode.Memoize: memo[memo.Count] = Top(); break;
            case PickleCode.BinGet: Push(Remembered(input.Byte())); break;
            case PickleCode.LongBinGet: Push(Remembered(input.Int32())); break;
            case PickleCode.StackGlobal:
                if (PopMany(2) is not [string module, string name])
                    input.Fail("takes a name from something that is no text");
                else
                    Push(new PickleGlobal(module, name));
                break;
            case PickleCode.Reduce:
                var (arguments, function) = (Pop(), Pop());
                Push(objects.Call(function, arguments));
                break;
            case PickleCode.NewObj:
                var (given, type) = (Pop(), Pop());
                Push(objects.Make(type, given));
                break;
            case PickleCode.NewObjEx:
                PopMany(2);
                Push(objects.Make(Pop(), null));
                break;
            case PickleCode.Build:
                object? state = Pop();
                objects.Build(Top(), state);
                break;
            case PickleCode.BinPersId: Push(objects.Persistent(Pop())); break;
            case PickleCode.Frame: input.Int64(); break;
            case PickleCode.Proto: input.Byte(); break;
            default:
                input.Fail($"has the operation {(byte)code:X2} at byte {input.Position - 1}, which files of PyTorch do not use " +
                    "(protocols 2 to 5 are read). The file is damaged, or something else wrote it");
                break;
        }
    }

    BigInteger Number(long length)
    {
        if (length is < 0 or > LongestNumber)
            input.Fail($"has a whole number of {length} bytes; at most {LongestNumber} are read");
        return new BigInteger(input.Bytes(length));
    }

    void PushNumber(BigInteger number) => Push(number >= long.MinValue && number <= long.MaxValue ? (object)(long)number : number);

    void Push(object? value)
    {
        if (++Made > MostValues)
            input.Fail($"makes more than {MostValues} values. Save tensors instead of lists of numbers");
        stack.Add(value);
    }

    object? Top()
    {
        if (stack.Count == (marks.Count > 0 ? marks[^1] : 0))
            input.Fail("takes a value where there is none. The file is damaged");
        return stack[^1];
    }

    object? Pop()
    {
        object? value = Top();
        stack.RemoveAt(stack.Count - 1);
        return value;
    }

    List<object?> PopMany(int count)
    {
        int start = stack.Count - count;
        if (start < (marks.Count > 0 ? marks[^1] : 0))
            input.Fail("takes a value where there is none. The file is damaged");
        var items = stack.GetRange(start, count);
        stack.RemoveRange(start, count);
        return items;
    }

    List<object?> PopToMark()
    {
        if (marks.Count == 0)
            input.Fail("goes back to a mark where there is none. The file is damaged");
        int start = marks[^1];
        marks.RemoveAt(marks.Count - 1);
        return PopMany(stack.Count - start);
    }

    void Extend(List<object?> items)
    {
        if (Top() is not PickleList { IsTuple: false } list)
            input.Fail("appends to something that is no list");
        else
            list.Items.AddRange(items);
    }

    void SetItems(List<object?> items)
    {
        if (Top() is not PickleMapping mapping || items.Count % 2 != 0)
        {
            input.Fail("sets items of something that is no mapping");
            return;
        }

        for (int i = 0; i < items.Count; i += 2)
            mapping.Pairs.Add((items[i], items[i + 1]));
    }

    object? Remembered(int key)
    {
        if (!memo.TryGetValue(key, out object? value))
            input.Fail($"refers to value {key}, which it has not made");
        return value;
    }
}
