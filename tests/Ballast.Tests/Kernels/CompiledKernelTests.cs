using System.Reflection;
using System.Reflection.Emit;
using Ballast.Kernels;

namespace Ballast.Tests.Kernels;

/// <summary>Kernels are compiled in full at their first call. Vectors cost some fifty times more in code that is compiled quickly, which a
/// loop would run for its first thirty calls: seconds, for a network that takes 50 ms a batch.</summary>
public class CompiledKernelTests
{
    const MethodImplAttributes Marks = MethodImplAttributes.AggressiveOptimization | MethodImplAttributes.AggressiveInlining;
    const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance
        | BindingFlags.DeclaredOnly;

    static readonly Dictionary<int, OperandType> Operands = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value & 0xffff, code => code.OperandType);

    [Fact]
    public void Every_loop_over_registers_is_marked()
    {
        var loops = typeof(ISimd<>).Assembly.GetTypes().SelectMany(type => type.GetMethods(All)).Where(IsLoopOverRegisters).ToList();
        Assert.True(loops.Count > 100, $"only {loops.Count} loops were found");
        var unmarked = loops.Where(method => (method.MethodImplementationFlags & Marks) == 0)
            .Select(method => $"{method.DeclaringType}.{method.Name}").Order().ToList();
        Assert.True(unmarked.Count == 0, "[MethodImpl(MethodImplOptions.AggressiveOptimization)] is missing from:\n" + string.Join('\n', unmarked));
    }

    [Fact]
    public void A_loop_is_told_from_a_branch()
    {
        Assert.True(HasLoop(typeof(CompiledKernelTests).GetMethod(nameof(Loop), All)!));
        Assert.False(HasLoop(typeof(CompiledKernelTests).GetMethod(nameof(Branch), All)!));
    }

    static int Loop(int n)
    {
        while (n > 10)
            n /= 2;
        return n;
    }

    static int Branch(int n) => n > 10 ? n / 2 : n switch { 1 => 7, 2 => 9, 3 => 8, _ => n };

    static bool IsLoopOverRegisters(MethodInfo method) => method.GetMethodBody() is not null && HasLoop(method)
        && method.GetGenericArguments().Any(argument => argument.GetGenericParameterConstraints().Any(constraint =>
            constraint.IsGenericType && constraint.GetGenericTypeDefinition() == typeof(ISimd<>)));

    // Whether an instruction branches back.
    static bool HasLoop(MethodInfo method)
    {
        byte[] code = method.GetMethodBody()!.GetILAsByteArray()!;
        for (int i = 0; i < code.Length;)
        {
            int value = code[i++];
            if (value == 0xfe)
                value = 0xfe00 | code[i++];
            var operand = Operands[value];
            if (operand == OperandType.ShortInlineBrTarget && (sbyte)code[i] < 0)
                return true;
            if (operand == OperandType.InlineBrTarget && BitConverter.ToInt32(code, i) < 0)
                return true;
            i += operand switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(code, i),
                _ => 4,
            };
        }

        return false;
    }
}
