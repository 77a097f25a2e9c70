import { category } from './category.js';

/** Categories of the house; neighbours in the list are related. */
export const HOME_CATEGORIES = [
  category('cookware', {
    types: 'Saucepan, Frying Pan, Casserole, Wok, Stockpot, Roasting Tin, Griddle, Milk Pan',
    styles: 'Farmhouse, Professional, Induction, Heritage, Compact, Enamelled',
    materials: 'Cast Iron, Stainless Steel, Hard Anodised Aluminium, Copper, Carbon Steel',
    sizes: '16 cm, 20 cm, 24 cm, 28 cm',
    uses: 'slow Sunday stews, quick weekday suppers, searing and browning, small kitchens',
    features:
      'Heats evenly to the rim, Oven safe up to 220 degrees, The handle stays cool on the hob, Pours from both sides without dripping, Works on every kind of hob',
  }),
  category('bakeware', {
    types: 'Loaf Tin, Cake Tin, Muffin Tray, Pie Dish, Rolling Pin, Mixing Bowl, Baking Sheet, Cookie Cutter Set',
    styles: 'Vintage, Non-Stick, Springform, Fluted, Patisserie, Rustic',
    materials: 'Carbon Steel, Silicone, Stoneware, Beech Wood, Tempered Glass',
    sizes: 'Small, Medium, Large, Set of 3',
    uses: 'birthday cakes, sourdough beginners, holiday biscuits, a proper crust',
    features:
      'Releases cleanly without greasing, Folded corners keep the batter in, Dishwasher safe, Nests for storage, Marked with measures inside',
  }),
  category('tableware', {
    types: 'Dinner Plate, Cereal Bowl, Mug, Serving Platter, Water Jug, Teapot, Espresso Cup, Butter Dish',
    styles: 'Scandinavian, Speckled, Art Deco, Polka Dot, Hand-Thrown, Willow Pattern',
    materials: 'Stoneware, Porcelain, Bone China, Earthenware, Recycled Glass',
    sizes: 'Single, Set of 2, Set of 4, Set of 6',
    uses: 'everyday breakfasts, long dinners with friends, afternoon tea, outdoor lunches',
    features:
      'Glazed by hand so that no two are alike, Safe in microwave and dishwasher, Stacks neatly, Resists chips at the rim, Keeps its colour wash after wash',
  }),
  category('coffee-and-tea', {
    types:
      'Moka Pot, French Press, Pour-Over Dripper, Tea Infuser, Milk Frother, Coffee Grinder, Gooseneck Kettle, Storage Canister',
    styles: 'Barista, Japanese, Travel, Minimalist, Italian, Retro',
    materials: 'Borosilicate Glass, Stainless Steel, Ceramic, Aluminium, Bamboo',
    sizes: '1 Cup, 3 Cups, 6 Cups, 1 Litre',
    uses: 'a slow morning brew, office desks, loose-leaf tea, coffee on the road',
    features:
      'Fine mesh keeps the grounds out, Airtight lid with silicone seal, Comes apart for cleaning, Double wall keeps drinks hot, Spare filter included',
  }),
  category('kitchen-storage', {
    types: 'Bread Bin, Spice Rack, Storage Jar, Lunch Box, Fruit Basket, Pantry Organiser, Cake Carrier, Bottle Rack',
    styles: 'Stackable, Retrospot, Airtight, Bento, Countertop, Wall-Mounted',
    materials: 'Bamboo, Tin, Glass, Powder-Coated Steel, Acacia',
    sizes: 'Small, Medium, Large, Set of 5',
    uses: 'tidy pantries, packed lunches, open shelves, bulk shopping',
    features:
      'Label holder on the front, Lid clicks shut on four sides, Feet protect the worktop, Folds flat when empty, Easy to wipe clean',
  }),
  category('lighting', {
    types: 'Table Lamp, Pendant Light, Floor Lamp, String Lights, Wall Sconce, Night Light, Desk Lamp, Lantern',
    styles: 'Industrial, Mid-Century, Moroccan, Paper, Fairy, Dimmable',
    materials: 'Brass, Rattan, Frosted Glass, Linen, Matte Steel',
    sizes: 'Small, Medium, Large, 3 Metres',
    uses: 'reading corners, hallways, a child afraid of the dark, summer terraces',
    features:
      'Takes a standard E27 bulb, Touch switch with three levels, Warm white light, Cable with fabric sleeve, Timer turns it off after six hours',
  }),
  category('candles', {
    types:
      'Pillar Candle, Scented Candle, Tealight Holder, Wax Melt Set, Reed Diffuser, Candlestick, Hurricane Lamp, Incense Set',
    styles: 'Botanical, Apothecary, Nordic, Festive, Antique, Spa',
    materials: 'Soy Wax, Beeswax, Amber Glass, Mercury Glass, Wrought Iron',
    sizes: '120 g, 220 g, Pair, Pack of 6',
    uses: 'quiet evenings, bathrooms, festive tables, small gifts',
    features:
      'Burns for up to forty hours, Cotton wick without lead, Poured in small batches, The glass can be used again, Comes in a gift box',
  }),
  category('bedding', {
    types: 'Duvet Cover, Pillowcase, Fitted Sheet, Bedspread, Throw, Quilt, Mattress Topper, Bolster',
    styles: 'Striped, Washed, Floral, Waffle, Patchwork, Gingham',
    materials: 'Linen, Organic Cotton, Percale, Bamboo Viscose, Flannel',
    sizes: 'Single, Double, King, Super King',
    uses: 'hot sleepers, guest rooms, winter nights, sensitive skin',
    features:
      'Softens with every wash, Hidden button closure, Breathes in summer, Deep corners that stay put, Certified free of harmful substances',
  }),
  category('furniture', {
    types: 'Side Table, Bookcase, Stool, Bench, Shoe Rack, Coat Stand, Armchair, Console Table',
    styles: 'Mid-Century, Shaker, Loft, Foldable, Cane, Slim',
    materials: 'Solid Oak, Walnut Veneer, Mango Wood, Powder-Coated Steel, Rattan',
    sizes: 'Small, Medium, Large, Narrow',
    uses: 'narrow hallways, first apartments, home libraries, small living rooms',
    features:
      'Assembles without tools, Felt pads protect the floor, Oiled by hand, Holds up to eighty kilograms, Rounded corners',
  }),
  category('wall-decor', {
    types: 'Wall Clock, Picture Frame, Mirror, Art Print, Tapestry, Key Hook, Wall Shelf, Metal Sign',
    styles: 'Boho, Vintage, Geometric, Nautical, Chalkboard, Gallery',
    materials: 'Driftwood, Brushed Brass, Macrame Cotton, Painted Tin, Ash Wood',
    sizes: '20 x 30 cm, 30 x 40 cm, 50 x 70 cm, 60 cm',
    uses: 'bare walls, gallery arrangements, entrance halls, a rented flat',
    features: 'Hangs upright or across, Silent movement, Fixings included, Printed on heavy paper, Shatterproof front',
  }),
  category('bathroom', {
    types:
      'Bath Towel, Soap Dish, Bath Mat, Shower Caddy, Toothbrush Holder, Laundry Basket, Shower Curtain, Bath Rack',
    styles: 'Hammam, Spa, Waffle, Terrazzo, Quick-Dry, Ribbed',
    materials: 'Turkish Cotton, Teak, Stoneware, Resin, Stainless Steel',
    sizes: 'Small, Medium, Large, Set of 3',
    uses: 'family bathrooms, weekend wellness, tiny ensuites, gym bags',
    features:
      'Dries twice as fast as terry, Does not slip on wet tiles, Sticks without drilling, Rustproof, Washes at sixty degrees',
  }),
  category('garden', {
    types: 'Plant Pot, Watering Can, Garden Trowel, Bird Feeder, Hanging Basket, Trellis, Wind Chime, Raised Bed',
    styles: 'Cottage, Terrace, Herb, Self-Watering, Victorian, Balcony',
    materials: 'Terracotta, Galvanised Steel, Cedar, Coconut Fibre, Recycled Plastic',
    sizes: '12 cm, 18 cm, 25 cm, 40 cm',
    uses: 'balcony gardeners, kitchen herbs, attracting songbirds, deep borders',
    features:
      'Frost proof, Drainage holes with saucer, Treated against rust, Hangs from a railing, Made from reclaimed material',
  }),
] as const;
