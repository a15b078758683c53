"""Fields people work in, with the wider field each belongs to, other words for it, and the skills it runs on."""

from __future__ import annotations

_FIELDS = """
online travel < travel: travel booking, flights, hotels, tickets, tourism, holiday packages, vacation rental, itinerary
hotels and stays < travel: hotel chain, budget accommodation, hostels, hospitality, co-living, serviced apartments
ride hailing < mobility: cab, taxi, ride sharing, carpool, bike taxi, commute, auto rickshaw
electric vehicles < mobility: electric vehicle, electric scooter, EV charging, battery swapping, e-mobility, electric bus
car marketplace < mobility: used cars, car rental, automobile dealers, vehicle servicing, auto parts, two-wheelers
driver assistance < mobility: autonomous driving, self-driving cars, lidar, driver safety, connected car, telematics
freight < logistics: trucking, freight, shipping, fleet management, cargo, truckers, shipment tracking
last mile delivery < logistics: delivery, courier, parcels, hyperlocal delivery, couriers
warehousing < logistics: warehouse, fulfillment, inventory, cold storage, supply chain management
food delivery < food: restaurant ordering, food delivery, cloud kitchen, meals, tiffin
restaurants < food: restaurant, cafe, coffee, tea chain, bakery, catering, table reservation
packaged food < food: snacks, beverages, dairy, juices, spices, nutrition bars, organic food, brewery, beer
grocery < retail: grocery, supermarket, kirana, fruits and vegetables, milk delivery, quick commerce
alternative protein < food: plant-based meat, alternative protein, cultured meat, fermentation food
crop farming < agriculture: farmers, crop, agriculture inputs, seeds, fertilizer, soil, precision farming, irrigation, drones for agriculture
farm marketplace < agriculture: agricultural produce, farm to market, mandi, agri supply chain, farm finance
livestock and fish < agriculture: dairy farming, cattle, poultry, aquaculture, fisheries, animal feed
online store < retail: e-commerce, online shopping, online store, marketplace, deals, coupons
fashion < retail: fashion, apparel, clothing, footwear, jewelry, eyewear, ethnic wear, textile
beauty < retail: beauty, cosmetics, skincare, salon, personal care, grooming
home goods < retail: furniture, home decor, interior design, appliances, mattress
baby and kids < retail: baby products, kids, toys, parenting, mothers
store technology < retail: point of sale, in-store analytics, retail software, loyalty program, checkout, merchants
payments < finance: payments, mobile wallet, payment gateway, money transfer, remittance, UPI, merchant payments
lending < finance: loans, lending, credit, microfinance, credit score, invoice financing, mortgage, peer to peer lending
banking < finance: bank, neobank, digital banking, savings account, core banking, treasury
investing < finance: wealth management, stock trading, mutual funds, personal finance, investment advisor, brokerage, robo-advisor
insurance < finance: insurance, policies, claims, insurtech, underwriting
accounting < finance: accounting, invoicing, tax filing, bookkeeping, expense management, GST, billing
crypto < finance: cryptocurrency, blockchain, bitcoin, web3, decentralized finance, NFT, token
compliance and legal < business software: legal, contracts, lawyers, compliance, regulatory technology, know your customer
crowdfunding < finance: crowdfunding, fundraising, donations, equity crowdfunding
school learning < education: school, tutoring, K-12, students, mathematics, homework help, teachers, classroom
test preparation < education: exam preparation, entrance exams, test prep, coaching classes
higher education < education: university, college admissions, study abroad, campus, scholarships, student loans
job skills training < education: upskilling, online courses, coding bootcamp, certification, corporate training, employability
early childhood < education: preschool, kindergarten, child development, early learning
language learning < education: language learning, english speaking, translation lessons
recruiting < human resources: recruiting, hiring, job board, jobs, staffing, talent, candidates, resume
workforce management < human resources: payroll, human resources software, employee engagement, performance reviews, gig workers, blue-collar
customer support < business software: customer support, helpdesk, contact center, call center, chatbot, customer service
sales and CRM < business software: sales automation, customer relationship management, leads, salesforce, sales teams
marketing technology < business software: digital marketing, advertising, email marketing, search engine, campaigns, influencer, brand analytics, ad network
business automation < business software: enterprise software, workflow automation, ERP, document management, process automation, collaboration
project collaboration < business software: project management, team communication, video conferencing, remote work, productivity
data analytics < data and AI: analytics, business intelligence, big data, dashboards, data visualization, predictive analytics, statistics, data science
data infrastructure < data and AI: database, data warehouse, data integration, data pipelines, storage, data structures
machine learning < data and AI: artificial intelligence, machine learning, deep learning, neural networks, models
language AI < data and AI: natural language processing, speech recognition, voice assistant, conversational AI, large language models, text generation
computer vision < data and AI: computer vision, image recognition, video analytics, facial recognition, image processing
developer tools < computing: developer tools, API, code, debugging, software testing, open source, mobile app development
programming < computing: programming, software engineering, algorithms, object-oriented, Java, Python, C++, operating systems, compilers, web development
cloud computing < computing: cloud, hosting, servers, virtualization, kubernetes, DevOps, data center, networking
cybersecurity < computing: cybersecurity, encryption, threat detection, malware, identity, authentication, fraud detection, privacy, cryptography
IoT < electronics: internet of things, connected devices, sensors, smart home, home automation, embedded systems
augmented reality < electronics: augmented reality, virtual reality, 3D visualization, metaverse, wearable display
wearables < electronics: wearable devices, fitness tracker, smart watch, headphones
circuits < electronics: electronic circuits, analog circuits, digital circuits, VLSI, signal processing, microcontrollers, electronics engineering
chips < electronics: semiconductor, integrated circuit, chip design, wafer, silicon, transistor, power device, packaging of chips
photonics < electronics: optics, laser, photonics, optical fiber, infrared detector, spectroscopy, imaging sensor
radio and telecom < electronics: wireless, 5G, antenna, radar, radio frequency, telecom, broadband, satellite communication, mobile network
quantum < electronics: quantum computing, quantum sensing, qubit, quantum cryptography
power electronics < energy: power converter, inverter, motor drive, electrical machines, power systems, electrician, wiring
batteries < energy: battery, lithium-ion, energy storage, electrolyte, cathode, fuel cell, supercapacitor
solar < energy: solar energy, photovoltaic, solar panels, rooftop solar, solar cells
wind and hydro < energy: wind turbine, hydropower, wave energy, renewable energy
grid and efficiency < energy: smart grid, energy efficiency, utilities, power distribution, metering, demand response
oil gas and fuels < energy: oil and gas, petroleum, biofuel, hydrogen, ethanol, combustion, drilling, emission control
carbon and climate < environment: carbon capture, climate, sustainability, emissions, carbon accounting
water < environment: water treatment, wastewater, desalination, water purification, hydrology
waste recycling < environment: waste management, recycling, plastic waste, e-waste, circular economy, scrap
air and pollution < environment: air quality, pollution control, environmental monitoring
drug discovery < life science: drug discovery, therapeutics, small molecule, pharmaceutical, compounds, inhibitors, medicinal chemistry
cancer < life science: cancer, tumor, oncology, chemotherapy, leukemia
infectious disease < life science: vaccine, virus, bacteria, antibiotic, infection, malaria, HIV, antiviral
brain and nerves < life science: brain, neurological, alzheimer, pain, epilepsy, addiction, neural stimulation, depression
heart and metabolism < life science: cardiovascular, heart, diabetes, obesity, kidney, blood pressure, insulin
eye and ear < life science: vision, eye, retina, hearing, cochlear, ophthalmology
genomics < life science: gene, genomics, DNA sequencing, CRISPR, bioinformatics, RNA, molecular biology
cell and protein therapy < life science: stem cells, gene therapy, antibody, protein, biologics, tissue engineering, regenerative medicine
lab instruments < life science: laboratory instruments, assay, mass spectrometry, microscopy, reagents, biochemistry
diagnostics < health: diagnostics, biomarker, point-of-care test, blood test, pathology lab, screening
medical devices < health: medical device, surgical, implant, catheter, orthopedic, prosthetic, ultrasound, MRI, dental
hospitals and clinics < health: hospital, clinic, doctors, appointments, primary care, nursing, patient care
telemedicine < health: telemedicine, doctor consultation, remote patient monitoring, health records, digital health
pharmacy < health: pharmacy, medicines delivery, online pharmacy, drug supply
fitness and wellness < health: fitness, gym, yoga, diet, wellness, nutrition, weight loss, mental wellness, meditation
sports < media: sports, cricket, fantasy sports, athletes, football
elder and home care < health: elder care, home care, caregivers, rehabilitation
medical education < health: public health, epidemiology, anatomy, clinical trials, healthcare management
video and film < media: video streaming, film, movies, entertainment, animation, content creators
music and audio < media: music, audio, podcasts, radio
games < media: video games, mobile games, esports, gaming, online gaming
news and publishing < media: news, publishing, books, magazine, content, blogs, journalism
social network < media: social network, community, messaging, chat, dating, social media, photos sharing
events < media: events, tickets, concerts, weddings, party
real estate < property: real estate, property, rental homes, apartments, brokers, commercial property, mortgages
coworking < property: coworking, office space, facility management
construction < property: construction, building materials, architecture, civil engineering, concrete, structural engineering, infrastructure
home services < property: home services, cleaning, repair, laundry, plumbers, handyman, local services
manufacturing < industry: manufacturing, factory, industrial automation, production, quality inspection, industrial engineering, contract manufacturing
machining < industry: machining, CNC, machine tools, welding, fitter, turner, sheet metal, casting, fabrication
3D printing < industry: 3D printing, additive manufacturing, rapid prototyping
robotics < industry: robotics, robot, automation, mechatronics, manipulators
mechanics < industry: mechanical engineering, thermodynamics, fluid mechanics, vibration, heat transfer, mechanic diesel, turbomachinery, engines
materials < industry: composites, alloys, metallurgy, polymers, ceramics, coatings, nanomaterials, graphene, corrosion, materials science
chemicals < industry: chemicals, catalysis, chemical engineering, chemical process, organic chemistry, solvents, mass transfer
mining and minerals < industry: mining, minerals, rare earth, ore, metals, steel
textiles and leather < industry: textile, garments, sewing, yarn, leather, dress making
B2B trade < industry: B2B marketplace, industrial supplies, procurement, wholesale, raw materials sourcing, export
drones < aerospace and defense: drone, unmanned aerial vehicle, aerial survey, UAV
space < aerospace and defense: satellite, launch vehicle, spacecraft, propulsion, earth observation, lunar, orbit
aircraft < aerospace and defense: aircraft, aviation, aerodynamics, flight, jet engine, airport, helicopter
defense < aerospace and defense: defense, military, missile, weapons, warfighter, surveillance, armor, explosives
navigation and mapping < aerospace and defense: GPS, navigation, maps, geospatial, remote sensing, location
naval < aerospace and defense: underwater, ship, marine, sonar, ocean engineering, submarine
simulation and modeling < computing: simulation, computational modeling, finite element, numerical methods, optimization, training simulator
mathematics and physics < science: mathematics, probability, linear algebra, differential equations, physics, calculus, topology
economics and society < science: economics, humanities, politics, philosophy, history, psychology, sociology, literature
management < business skills: management, strategy, leadership, operations management, marketing management, finance management, entrepreneurship, product management
startup support < business skills: incubator, accelerator, mentoring startups, venture capital, angel investors, startup ecosystem
pets < retail: pets, pet food, veterinary, animal health
gifts and handicraft < retail: gifts, handicrafts, art, artisans, flowers, greeting cards
government services < public: government, civic, smart city, public safety, police, elections, emergency response
nonprofit < public: nonprofit, social impact, rural development, women empowerment, volunteering
""".strip()

# Which fields of study a field of work runs on.
_RUNS_ON = """
chips: circuits, programming, simulation and modeling, materials
photonics: circuits, mathematics and physics, simulation and modeling
radio and telecom: circuits, mathematics and physics
quantum: mathematics and physics, photonics
IoT: circuits, programming, data analytics
wearables: circuits, programming
augmented reality: programming, computer vision, games
batteries: power electronics, materials, chemicals
solar: power electronics, materials
wind and hydro: power electronics, mechanics
grid and efficiency: power electronics, programming
electric vehicles: power electronics, batteries, mechanics, machining
driver assistance: machine learning, computer vision, mechanics
car marketplace: mechanics, marketing technology
oil gas and fuels: chemicals, mechanics
drones: aircraft, robotics, circuits, computer vision
space: aircraft, mechanics, mathematics and physics, radio and telecom
aircraft: mechanics, materials, simulation and modeling
defense: mechanics, radio and telecom, simulation and modeling, aircraft
navigation and mapping: mathematics and physics, data analytics, radio and telecom
naval: mechanics, mathematics and physics
manufacturing: machining, mechanics, power electronics, management
machining: mechanics, materials
3D printing: materials, machining, mechanics
robotics: mechanics, circuits, programming, machine learning
materials: chemicals, mathematics and physics
chemicals: materials
mining and minerals: materials, chemicals
construction: machining, power electronics, management
drug discovery: lab instruments, genomics, chemicals, medical education
cancer: drug discovery, genomics, medical education, lab instruments
infectious disease: drug discovery, genomics, medical education, lab instruments
brain and nerves: medical education, drug discovery
heart and metabolism: medical education, drug discovery
genomics: lab instruments, mathematics and physics, programming
cell and protein therapy: genomics, lab instruments
diagnostics: lab instruments, medical education
medical devices: circuits, materials, medical education, mechanics
hospitals and clinics: medical education, management
telemedicine: medical education, programming
pharmacy: medical education, warehousing
machine learning: programming, mathematics and physics, data analytics
language AI: machine learning, programming
computer vision: machine learning, programming, mathematics and physics
data analytics: programming, mathematics and physics, machine learning
data infrastructure: programming, cloud computing
developer tools: programming
cloud computing: programming
cybersecurity: programming, cloud computing, mathematics and physics
business automation: programming, management
marketing technology: data analytics, management
payments: programming, cybersecurity, management
lending: data analytics, management
banking: management, cybersecurity
investing: management, mathematics and physics, data analytics
insurance: data analytics, mathematics and physics
crypto: programming, cybersecurity
online store: marketing technology, programming, management
freight: management, data analytics
warehousing: management, robotics
crop farming: lab instruments, data analytics
water: chemicals, construction
waste recycling: chemicals, materials
air and pollution: chemicals
games: programming
simulation and modeling: mathematics and physics, programming
textiles and leather: fashion
fashion: textiles and leather, marketing technology
""".strip()


def _split(line: str) -> tuple[str, str, tuple[str, ...]]:
    title, _, phrases = line.partition(": ")
    name, _, wider = title.partition(" < ")
    return name, wider, (name, *phrases.split(", "))


_ROWS = [_split(line) for line in _FIELDS.splitlines()]
NAMES = tuple(name for name, _, _ in _ROWS)
WIDER = tuple(wider for _, wider, _ in _ROWS)
# All phrases in a row, and the field of each.
PHRASES = tuple(phrase for _, _, phrases in _ROWS for phrase in phrases)
FIELD_OF_PHRASE = tuple(at for at, (_, _, phrases) in enumerate(_ROWS) for _ in phrases)
RUNS_ON = {
    name: tuple(skills.split(", "))
    for name, _, skills in (line.partition(": ") for line in _RUNS_ON.splitlines())
}
