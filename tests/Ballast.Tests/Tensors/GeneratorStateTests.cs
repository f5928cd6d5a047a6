using System.Buffers.Binary;

namespace Ballast.Tests;

public class GeneratorStateTests
{
    static float[] Draw(Generator generator)
    {
        float[] values = new float[700];
        generator.Normal(values.AsSpan(0, 3));
        generator.Uniform(values.AsSpan(3, 600));
        generator.Normal(values.AsSpan(603));
        return values;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(623)]
    [InlineData(624)]
    [InlineData(625)]
    [InlineData(5000)]
    public void A_restored_state_goes_on_where_the_saved_one_was(int words)
    {
        var generator = new Generator(99);
        generator.Uniform(new float[words]);
        byte[] state = generator.GetState();
        float[] expected = Draw(generator);

        var other = new Generator(5);
        other.Normal(new float[1]);
        other.SetState(state);
        Assert.Equal(99, other.InitialSeed);
        Assert.Equal(state, other.GetState());
        Assert.Equal(expected, Draw(other));
    }

    [Fact]
    public void The_kept_normal_is_part_of_the_state()
    {
        var generator = new Generator(11);
        generator.Normal(new float[1]);
        byte[] state = generator.GetState();
        float[] expected = Draw(generator);
        generator.SetState(state);
        Assert.Equal(expected, Draw(generator));
    }

    [Fact]
    public void The_layout_is_the_documented_one()
    {
        var generator = new Generator(-3);
        generator.Uniform(new float[10]);
        byte[] state = generator.GetState();
        Assert.Equal(Generator.StateSize, state.Length);
        Assert.Equal("BRNG"u8.ToArray(), state[..4]);
        Assert.Equal(1, BinaryPrimitives.ReadInt32LittleEndian(state.AsSpan(4)));
        Assert.Equal(-3, BinaryPrimitives.ReadInt64LittleEndian(state.AsSpan(8)));
        Assert.Equal(10, BinaryPrimitives.ReadInt32LittleEndian(state.AsSpan(16)));
        Assert.Equal(0, BinaryPrimitives.ReadInt32LittleEndian(state.AsSpan(20)));
    }

    [Theory]
    [InlineData(0, 0x42424242, "BRNG")]
    [InlineData(4, 2, "version")]
    [InlineData(16, -1, "position")]
    [InlineData(16, 625, "position")]
    [InlineData(20, 2, "normal")]
    [InlineData(28, 0x7FF80000, "normal")]
    [InlineData(28, 0x3FF00000, "normal")]
    [InlineData(32, 1, "reserved")]
    public void A_damaged_state_is_refused_and_changes_nothing(int offset, int value, string named)
    {
        var generator = new Generator(8);
        byte[] state = generator.GetState();
        BinaryPrimitives.WriteInt32LittleEndian(state.AsSpan(offset), value);
        generator.Uniform(new float[9]);
        byte[] before = generator.GetState();
        Assert.Contains(named, Assert.Throws<InvalidDataException>(() => generator.SetState(state)).Message);
        Assert.Equal(before, generator.GetState());
    }

    [Fact]
    public void States_of_another_length_or_without_a_bit_set_are_refused()
    {
        var generator = new Generator(8);
        byte[] state = generator.GetState();
        Assert.Throws<InvalidDataException>(() => generator.SetState(state.AsSpan(1)));
        Assert.Throws<InvalidDataException>(() => generator.SetState([]));
        state.AsSpan(36).Clear();
        Assert.Throws<InvalidDataException>(() => generator.SetState(state));
    }
}
