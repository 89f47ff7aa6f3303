using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using IconDiffusion.Data;
using IconDiffusion.Data.Sources;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;

namespace IconDiffusion.Data.Tests;

public sealed class EmojiPackageTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private InstalledPackages Packages => new(_folder["packages"]);

    [Fact]
    public void AnInstalledPackage_GivesTheFacesInTheirOrder_OnTheBackground()
    {
        var (package, archive) = MakePackage(HumanFaces.All.Take(4));
        Packages.Install(package, archive);

        var dataset = PackageFaces.Prepare(new OpenMojiFacesSpec { ImageSize = 8, HeldOut = 0, Background = "#0000FF" }, package, Packages);

        Assert.Equal(HumanFaces.All.Take(4).Select(face => face.Name), dataset.Training.Names);
        Assert.Equal((new Rgb(255, 0, 0), new Rgb(0, 0, 255)), (dataset[0][1, 1], dataset[0][7, 7]));
    }

    [Fact]
    public void FacesThatThePackageLacks_AreNamed()
    {
        var (package, archive) = MakePackage(HumanFaces.All.Skip(1));
        Packages.Install(package, archive);

        var report = PackageFaces.Check(new OpenMojiFacesSpec { ImageSize = 8, HeldOut = 0 }, package, Packages);

        Assert.Equal(617, report.Icons);
        Assert.Equal("baby", Assert.Single(report.Unreadable).Name);
        Assert.Equal(package.Consent, report.Consent);
    }

    [Fact]
    public void MoreFacesThanThereAre_AreRefusedWithTheNumber()
    {
        var (package, archive) = MakePackage(HumanFaces.All.Take(4));
        Packages.Install(package, archive);

        var error = Assert.Throws<DatasetException>(() =>
            PackageFaces.Prepare(new OpenMojiFacesSpec { ImageSize = 8, HeldOut = 0, Count = 5 }, package, Packages));

        Assert.Contains("has 4 of the 618 faces; 5 are wanted", error.Message);
    }

    [Theory]
    [InlineData("openmoji")]
    [InlineData("twemoji")]
    public void APackageThatIsNotInstalled_IsRefusedWithTheCommand(string name)
    {
        DatasetSpec spec = name == "openmoji" ? new OpenMojiFacesSpec() : new TwemojiFacesSpec();

        foreach (var packages in new[] { null, Packages })
            Assert.Contains($"icon dataset install {name}",
                Assert.Throws<DatasetException>(() => DatasetSource.Prepare(spec, TimeProvider.System, packages)).Message);
    }

    [Fact]
    public void AnotherArchive_IsRefused_AndTheInstalledOneStays()
    {
        var (package, archive) = MakePackage(HumanFaces.All.Take(4));
        Packages.Install(package, archive);

        var error = Assert.Throws<DatasetException>(() => Packages.Install(package, _folder.Add("other.tgz", [1, 2, 3])));

        Assert.Contains("is not emoji@1.0.0: its SHA-512 is", error.Message);
        Assert.True(Packages.Has(package));
    }

    [Fact]
    public void ADamagedInstallation_IsNotRead_AndIsMendedByInstallingAgain()
    {
        var (package, archive) = MakePackage(HumanFaces.All.Take(4));
        Packages.Install(package, archive);
        File.WriteAllBytes(Packages.PathOf(package), File.ReadAllBytes(archive)[..^100]);

        Assert.False(Packages.Has(package));
        Assert.Contains("is damaged", Assert.Throws<DatasetException>(() =>
            PackageFaces.Prepare(new OpenMojiFacesSpec { ImageSize = 8 }, package, Packages)).Message);

        Packages.Install(package, archive);
        Assert.True(Packages.Has(package));
    }

    [SkippableTheory]
    [InlineData("openmoji")]
    [InlineData("twemoji")]
    [Trait("Speed", "Slow")]
    public async Task ThePinnedPackages_HaveEveryFace(string name)
    {
        Skip.IfNot(HasNpm, "npm is not installed.");
        DatasetSpec spec = name == "openmoji" ? new OpenMojiFacesSpec { HeldOut = 0 } : new TwemojiFacesSpec { HeldOut = 0 };
        try
        {
            await NpmPackage.InstallAsync(EmojiPackage.Of(spec)!, Packages, default);
        }
        catch (IOException error)
        {
            Skip.If(true, $"npm's registry cannot be reached: {error.Message}");
        }

        var dataset = DatasetSource.Prepare(spec, TimeProvider.System, Packages);

        Assert.Equal(618, dataset.Count);
        Assert.Equal(dataset.Fingerprint, DatasetSource.Prepare(spec, TimeProvider.System, Packages).Fingerprint);
        Assert.Equal(EmojiPackage.Of(spec)!.Consent, dataset.Consent);
        // OpenMoji draws 72 of the faces without a gender exactly as those with one.
        Assert.InRange(Enumerable.Range(0, 618).Select(i => Convert.ToBase64String(dataset[i].Pixels)).Distinct().Count(), 540, 618);
    }

    private static byte[] Svg =>
        Encoding.UTF8.GetBytes("""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><rect width="1" height="1" fill="red"/></svg>""");

    private static bool HasNpm => Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, "npm")));

    private (EmojiPackage Package, string Archive) MakePackage(IEnumerable<HumanFace> faces)
    {
        var package = EmojiPackage.OpenMoji with { Name = "emoji", NpmName = "emoji", Version = "1.0.0" };
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(new GZipStream(bytes, CompressionLevel.Fastest)))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "package/package.json") { DataStream = new MemoryStream("{}"u8.ToArray()) });
            foreach (var face in faces)
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, package.EntryOf(face)) { DataStream = new MemoryStream(Svg) });
        }
        var archive = bytes.ToArray();
        return (package with { Sha512 = Convert.ToBase64String(SHA512.HashData(archive)) }, _folder.Add("emoji.tgz", archive));
    }
}
